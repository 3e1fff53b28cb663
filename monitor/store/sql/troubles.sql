-- name: trouble_add
-- Credentials were refused in some work other than polling.
INSERT INTO troubles (source, doing, code, text, since_at) VALUES (:source, :doing, :code, :text, :at)
ON CONFLICT (source, doing) DO NOTHING;

-- name: trouble_over
-- The work succeeds again.
DELETE FROM troubles WHERE source = :source AND doing = :doing;

-- name: troubles_all
-- What doesn't get on now.
SELECT source, doing, code, text, since_at FROM troubles ORDER BY source, doing;
