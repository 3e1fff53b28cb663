-- name: recheck_mark_of
-- Up to which mention the posts of a source are enrolled.
SELECT mention_id FROM recheck_marks WHERE source = :source;

-- name: recheck_mark
-- The posts up to this one are enrolled.
INSERT INTO recheck_marks (source, mention_id) VALUES (:source, :mention_id)
ON CONFLICT (source) DO UPDATE SET mention_id = excluded.mention_id;

-- name: recheck_newest
-- The newest mention.
SELECT coalesce(max(id), 0) AS id FROM mentions;

-- name: recheck_new
-- Posts of a source that are not enrolled yet.
SELECT id, created_at, first_seen_at FROM mentions
WHERE id > :after AND id <= :upto AND source = :source AND removed_at IS NULL ORDER BY id LIMIT :limit;

-- name: recheck_enrol
-- A post that is looked at again from now on.
INSERT INTO rechecks (mention_id, source, due_at, read_at) VALUES (:mention_id, :source, :due_at, :read_at)
ON CONFLICT (mention_id) DO NOTHING;

-- name: recheck_due
-- Posts whose turn it is, the longest overdue first.
SELECT m.*, r.due_at AS due_at, r.read_at AS read_at FROM rechecks r JOIN mentions m ON m.id = r.mention_id
WHERE r.source = :source AND r.due_at <= :now ORDER BY r.due_at, r.mention_id LIMIT :limit;

-- name: recheck_done
-- A post was looked at: when again.
UPDATE rechecks SET due_at = :due_at, read_at = :read_at WHERE mention_id = :mention_id;

-- name: recheck_later
-- A post got no answer: when to ask again.
UPDATE rechecks SET due_at = :due_at WHERE mention_id = :mention_id;

-- name: recheck_drop
-- A removed post is not looked at any more.
DELETE FROM rechecks WHERE mention_id = :mention_id;

-- name: recheck_backlog
-- How many posts of a source are watched, how many are overdue, and since when.
SELECT count(*) AS watched, coalesce(sum(CASE WHEN due_at <= :now THEN 1 ELSE 0 END), 0) AS overdue,
  min(CASE WHEN due_at <= :now THEN read_at END) AS unread_since
FROM rechecks WHERE source = :source;

-- name: deletion_add
-- A post that is gone at its source: when we noticed, when it was purged here.
INSERT INTO deletions (platform, native_id, source, noticed_at, purged_at, reason)
VALUES (:platform, :native_id, :source, :noticed_at, :purged_at, :reason)
ON CONFLICT (platform, native_id) DO NOTHING;

-- name: deletions_newest
-- The deletion ledger, newest first.
SELECT platform, native_id, source, noticed_at, purged_at, reason FROM deletions ORDER BY id DESC LIMIT :limit;

-- name: mentions_unquote
-- Takes the words of a removed post out of the posts that quote it.
UPDATE mentions SET quoted = NULL WHERE platform = :platform AND quoted IS NOT NULL
  AND quoted LIKE :pattern ESCAPE '\';
