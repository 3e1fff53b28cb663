-- name: storm_samples
-- Live cases that customers began in a window, the newest first.
SELECT id, platform, customer, primary_intent, urgency, title FROM cases
WHERE opened_at >= :since AND clock_start >= :since AND clock_start <= :now
  AND origin = 'live' AND status NOT IN ('aside', 'merged') ORDER BY id DESC LIMIT :limit;

-- name: storm_usual
-- How many live cases of each intent began in each hour of the day, over a stretch of days.
SELECT primary_intent AS intent, substr(clock_start, 12, 2) AS hour, count(*) AS n FROM cases
WHERE opened_at >= :start AND clock_start >= :start AND clock_start < :end
  AND origin = 'live' AND status NOT IN ('aside', 'merged') GROUP BY primary_intent, substr(clock_start, 12, 2);

-- name: storm_past
-- When the oldest live case of a stretch began, and which numbers lie in it.
SELECT min(clock_start) AS first_at, min(id) AS first_id, max(id) AS last_id FROM cases
WHERE opened_at >= :start AND opened_at < :end AND origin = 'live';

-- name: storm_add
-- A storm begins.
INSERT INTO storms (intent, terms, state, began_at, last_at, peak, expected)
VALUES (:intent, :terms, 'active', :at, :at, :peak, :expected) RETURNING id;

-- name: storm_seen
-- It goes on.
UPDATE storms SET last_at = :at, peak = CASE WHEN peak < :peak THEN :peak ELSE peak END, terms = :terms,
  intent = coalesce(intent, :intent) WHERE id = :id;

-- name: storm_end
-- It is over, or somebody says that it is none.
UPDATE storms SET state = :state, over_at = :at, by_name = coalesce(:by, by_name) WHERE id = :id AND state = 'active';

-- name: storm_declare
-- Somebody made an incident of it.
UPDATE storms SET incident_id = :incident, by_name = :by WHERE id = :id;

-- name: storm_case_add
-- A case is part of a storm.
INSERT INTO storm_cases (storm_id, case_id) VALUES (:storm_id, :case_id) ON CONFLICT (storm_id, case_id) DO NOTHING;

-- name: storm_get
-- One storm.
SELECT s.*, (SELECT count(*) FROM storm_cases c WHERE c.storm_id = s.id) AS cases FROM storms s WHERE s.id = :id;

-- name: storms_since
-- Storms that go on, or were last seen since a moment; the newest first.
SELECT s.*, (SELECT count(*) FROM storm_cases c WHERE c.storm_id = s.id) AS cases FROM storms s
WHERE s.state = 'active' OR s.last_at >= :since ORDER BY s.id DESC LIMIT :limit;

-- name: storm_cases_of
-- The cases of a storm, what is due first comes first.
SELECT c.* FROM storm_cases s JOIN cases c ON c.id = s.case_id WHERE s.storm_id = :id
ORDER BY CASE WHEN c.status IN ('open', 'waiting') THEN 0 ELSE 1 END, c.due_key, c.id LIMIT :limit;

-- name: storm_case_ids
-- The numbers of the cases of a storm.
SELECT case_id FROM storm_cases WHERE storm_id = :id;
