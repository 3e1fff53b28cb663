-- name: backfill_add
-- A run over the past.
INSERT INTO backfills (run, state, sources, since, until, query, budget_usd, incident_id, with_drafts, started_at,
  updated_at)
VALUES (:run, 'running', :sources, :since, :until, :query, :budget_usd, :incident_id, :with_drafts, :at, :at);

-- name: backfill_get
-- One run.
SELECT b.*, i.name AS incident FROM backfills b LEFT JOIN incidents i ON i.id = b.incident_id WHERE b.run = :run;

-- name: backfills_newest
-- The runs, newest first.
SELECT b.*, i.name AS incident FROM backfills b LEFT JOIN incidents i ON i.id = b.incident_id
ORDER BY b.started_at DESC, b.run LIMIT :limit;

-- name: backfill_paid
-- One request and its price.
UPDATE backfills SET spent_usd = spent_usd + :usd, requests = requests + 1, updated_at = :at WHERE run = :run;

-- name: backfill_state
-- How a run stands: running, stopped (with the reason) or complete.
UPDATE backfills SET state = :state, why = :why, updated_at = :at WHERE run = :run;

-- name: backfill_budget
-- A run goes on with another budget.
UPDATE backfills SET budget_usd = :budget_usd WHERE run = :run;

-- name: backfill_link
-- A run belongs to an incident.
UPDATE backfills SET incident_id = :incident_id WHERE run = :run;

-- name: incident_name
-- Makes sure that an incident is there.
INSERT INTO incidents (name, state, start_at, end_at, created_at) VALUES (:name, 'open', :start_at, :end_at, :at)
ON CONFLICT (name) DO NOTHING;

-- name: incident_named
-- An incident by its name.
SELECT id FROM incidents WHERE name = :name;

-- name: cases_backfilled_to_draft
-- Open cases of backfilled posts of a source and a stretch, without a first draft.
SELECT c.* FROM cases c WHERE c.id > :after AND c.status = 'open' AND c.origin = 'backfill'
  AND c.last_customer_at >= :since AND c.last_customer_at < :until AND c.source = :source
  AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id
    AND d.state NOT IN ('posted', 'confirmed', 'superseded', 'expired', 'withdrawn'))
  AND NOT EXISTS (SELECT 1 FROM withheld w WHERE w.case_id = c.id)
ORDER BY c.id LIMIT :limit;
