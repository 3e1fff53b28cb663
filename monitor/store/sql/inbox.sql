-- name: inbox_pulse
-- Changes whenever a person or a stage did something that a page would show.
SELECT (SELECT seq FROM audit_head WHERE id = 1) AS audit, (SELECT n FROM glance_stamp WHERE id = 1) AS glances;

-- name: inbox_stamp
-- Something changed that a row shows.
UPDATE glance_stamp SET n = n + 1 WHERE id = 1;

-- name: inbox_approvals_by
-- What a person approved since a moment: the rubber-stamp meter.
SELECT seconds_to_decide, unchanged FROM approvals WHERE user_name = :user_name AND at >= :since
ORDER BY id DESC LIMIT 500;
