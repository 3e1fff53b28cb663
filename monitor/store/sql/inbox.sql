-- name: inbox_cases
-- A filtered page of a lane with a clock, oldest risk first. An empty filter lets everything through.
SELECT * FROM cases WHERE lane = :lane AND (due_key > :due_key OR (due_key = :due_key AND id > :id))
  AND (:urgency = '' OR urgency = :urgency) AND (:intent = '' OR primary_intent = :intent)
  AND (:source = '' OR source = :source) AND (:lang = '' OR lang = :lang)
  AND (:verdict = '' OR verdict = :verdict)
  AND (:assignee = '' OR assignee = :assignee OR (:assignee = '-' AND assignee IS NULL))
ORDER BY due_key, id LIMIT :limit;

-- name: inbox_newest
-- A filtered page of a lane without a clock, newest first.
SELECT * FROM cases WHERE lane = :lane AND id < :id
  AND (:urgency = '' OR urgency = :urgency) AND (:intent = '' OR primary_intent = :intent)
  AND (:source = '' OR source = :source) AND (:lang = '' OR lang = :lang)
  AND (:verdict = '' OR verdict = :verdict)
  AND (:assignee = '' OR assignee = :assignee OR (:assignee = '-' AND assignee IS NULL))
ORDER BY id DESC LIMIT :limit;

-- name: inbox_before
-- The case above a given one, in a lane with a clock.
SELECT id FROM cases WHERE lane = :lane AND (due_key < :due_key OR (due_key = :due_key AND id < :id))
ORDER BY due_key DESC, id DESC LIMIT 1;

-- name: inbox_newer
-- The case above a given one, in a lane without a clock.
SELECT id FROM cases WHERE lane = :lane AND id > :id ORDER BY id LIMIT 1;

-- name: inbox_drafts
-- The live drafts of up to fifty cases.
SELECT * FROM drafts WHERE state NOT IN ('posted', 'confirmed', 'rejected', 'superseded', 'expired', 'withdrawn')
  AND case_id IN (:c0, :c1, :c2, :c3, :c4, :c5, :c6, :c7, :c8, :c9, :c10, :c11, :c12, :c13, :c14, :c15, :c16,
  :c17, :c18, :c19, :c20, :c21, :c22, :c23, :c24, :c25, :c26, :c27, :c28, :c29, :c30, :c31, :c32, :c33, :c34,
  :c35, :c36, :c37, :c38, :c39, :c40, :c41, :c42, :c43, :c44, :c45, :c46, :c47, :c48, :c49);

-- name: inbox_posts
-- What the customers of up to fifty cases wrote, oldest first, with the newest reading of each post.
SELECT cm.case_id AS case_id, m.text AS text, m.media AS media, (SELECT r.body FROM readings r
  WHERE r.mention_id = m.id ORDER BY r.revision DESC, r.read_at DESC LIMIT 1) AS reading
FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
WHERE m.own = 0 AND m.removed_at IS NULL
  AND cm.case_id IN (:c0, :c1, :c2, :c3, :c4, :c5, :c6, :c7, :c8, :c9, :c10, :c11, :c12, :c13, :c14, :c15, :c16,
  :c17, :c18, :c19, :c20, :c21, :c22, :c23, :c24, :c25, :c26, :c27, :c28, :c29, :c30, :c31, :c32, :c33, :c34,
  :c35, :c36, :c37, :c38, :c39, :c40, :c41, :c42, :c43, :c44, :c45, :c46, :c47, :c48, :c49)
ORDER BY m.created_at, m.id;

-- name: inbox_pulse
-- Changes whenever a person or a stage did something that a page would show.
SELECT (SELECT seq FROM audit_head WHERE id = 1) AS audit, (SELECT coalesce(max(id), 0) FROM cases) AS cases,
  (SELECT coalesce(max(id), 0) FROM mentions) AS mentions, (SELECT coalesce(max(id), 0) FROM drafts) AS drafts;

-- name: inbox_approvals_by
-- What a person approved since a moment: the rubber-stamp meter.
SELECT seconds_to_decide, unchanged FROM approvals WHERE user_name = :user_name AND at >= :since
ORDER BY id DESC LIMIT 500;
