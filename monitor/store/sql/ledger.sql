-- name: source_touch
-- Makes sure that a source has its row.
INSERT INTO sources (source, kind, health) VALUES (:source, :kind, 'new') ON CONFLICT (source) DO NOTHING;

-- name: source_get
-- The state of one source.
SELECT * FROM sources WHERE source = :source;

-- name: sources_all
-- The state of every source.
SELECT * FROM sources ORDER BY source;

-- name: source_tried
-- Notes a try and how it went.
UPDATE sources SET health = :health, error_code = :error_code, error_text = :error_text, last_try_at = :at,
  not_before = :not_before WHERE source = :source;

-- name: source_complete
-- Notes that a window was drained: the cursor moves only now.
UPDATE sources SET cursor = :cursor, last_complete_at = :at WHERE source = :source;

-- name: source_counted
-- Counts what a page brought.
UPDATE sources SET mentions_total = mentions_total + :mentions, rejects_total = rejects_total + :rejects
WHERE source = :source;

-- name: source_rate
-- What the headers said of the limit.
UPDATE sources SET rate_remaining = :remaining, rate_limit = :rate_limit, rate_reset_at = :reset_at
WHERE source = :source;

-- name: window_open
-- Opens a window to be drained.
INSERT INTO windows (source, origin, run, query, start_at, end_at, state, opened_at, updated_at)
VALUES (:source, :origin, :run, :query, :start_at, :end_at, 'open', :at, :at) RETURNING id;

-- name: windows_unfinished
-- Windows of a source that are not drained, newest first; those of a backfill run only for that run.
SELECT * FROM windows WHERE source = :source AND state <> 'drained' AND coalesce(run, '') = :run ORDER BY id DESC;

-- name: windows_of_run
-- Every window of a backfill run.
SELECT * FROM windows WHERE run = :run ORDER BY id;

-- name: window_progress
-- One page further.
UPDATE windows SET resume = :resume, state = :state, pages = pages + 1, mentions = mentions + :mentions,
  updated_at = :at WHERE id = :id;

-- name: window_restart
-- A resume token that the platform no longer takes: what is left of the window starts over.
UPDATE windows SET resume = NULL, start_at = :start_at, end_at = :end_at, updated_at = :at WHERE id = :id;

-- name: windows_forget
-- Drained windows older than a moment are no longer needed.
DELETE FROM windows WHERE state = 'drained' AND run IS NULL AND updated_at < :before;

-- name: coverage_of
-- The proven-complete intervals of a source.
SELECT start_at, end_at FROM coverage WHERE source = :source ORDER BY start_at;

-- name: coverage_clear
-- Takes the intervals away that are about to be merged.
DELETE FROM coverage WHERE source = :source AND start_at <= :end_at AND end_at >= :start_at;

-- name: coverage_touching
-- Intervals that overlap or touch a given one.
SELECT start_at, end_at FROM coverage WHERE source = :source AND start_at <= :end_at AND end_at >= :start_at;

-- name: coverage_add
-- One more interval.
INSERT INTO coverage (source, start_at, end_at) VALUES (:source, :start_at, :end_at);

-- name: gaps_of
-- The gaps of a source, oldest first.
SELECT * FROM gaps WHERE source = :source ORDER BY start_at;

-- name: gaps_all
-- Every gap.
SELECT * FROM gaps ORDER BY source, start_at;

-- name: gaps_since
-- The gaps that opened lately, the newest first.
SELECT * FROM gaps WHERE opened_at >= :since ORDER BY id DESC LIMIT :limit;

-- name: gaps_touching
-- Gaps that overlap an interval.
SELECT * FROM gaps WHERE source = :source AND start_at < :end_at AND end_at > :start_at;

-- name: gap_add
-- A stretch that is not covered, with the reason.
INSERT INTO gaps (source, start_at, end_at, reason, detail, fillable, opened_at)
VALUES (:source, :start_at, :end_at, :reason, :detail, :fillable, :opened_at);

-- name: gap_drop
-- A gap that was filled, or is about to be written anew in pieces.
DELETE FROM gaps WHERE id = :id;

-- name: spend_add
-- Counts money and requests per UTC day.
INSERT INTO spend (day, source, usd, requests) VALUES (:day, :source, :usd, 1)
ON CONFLICT (day, source) DO UPDATE SET usd = spend.usd + excluded.usd, requests = spend.requests + 1;

-- name: spend_of
-- Money spent by a source since a day.
SELECT coalesce(sum(usd), 0) AS usd, coalesce(sum(requests), 0) AS requests FROM spend
WHERE source = :source AND day >= :since;

-- name: source_frontier
-- Up to where live polling has looked; it never goes back.
UPDATE sources SET frontier = :end_at WHERE source = :source AND (frontier IS NULL OR frontier < :end_at);

-- name: source_page_usd
-- What the last page cost.
UPDATE sources SET page_usd = :usd WHERE source = :source;

-- name: window_get
-- One window.
SELECT * FROM windows WHERE id = :id;

-- name: rate_budget_of
-- How a credential stands.
SELECT * FROM rate_budgets WHERE account = :account;

-- name: rate_budget_rated
-- What the headers of an answer said of a credential's limit.
INSERT INTO rate_budgets (account, remaining, rate_limit, reset_at, updated_at)
VALUES (:account, :remaining, :rate_limit, :reset_at, :at)
ON CONFLICT (account) DO UPDATE SET remaining = excluded.remaining, rate_limit = excluded.rate_limit,
  reset_at = excluded.reset_at, updated_at = excluded.updated_at;

-- name: rate_budget_waits
-- Nobody asks anything with this credential before a moment.
INSERT INTO rate_budgets (account, not_before, why, updated_at) VALUES (:account, :not_before, :why, :at)
ON CONFLICT (account) DO UPDATE SET not_before = excluded.not_before, why = excluded.why,
  updated_at = excluded.updated_at;
