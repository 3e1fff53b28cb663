-- name: context_add
-- A post that explains a case, without being part of it.
INSERT INTO case_context (case_id, mention_id) VALUES (:case_id, :mention_id)
ON CONFLICT (case_id, mention_id) DO NOTHING;

-- name: context_wanted
-- Open live cases of a source whose newest post stands in a thread that was not fetched since it came.
SELECT m.*, cm.case_id AS case_id FROM cases c JOIN case_mentions cm ON cm.case_id = c.id
  JOIN mentions m ON m.id = cm.mention_id
WHERE c.lane IN ('now', 'needs_approval', 'by_hand', 'waiting') AND c.status = 'open' AND c.origin = 'live' AND c.source = :source AND m.own = 0 AND m.removed_at IS NULL
  AND m.id = (SELECT max(n.mention_id) FROM case_mentions n JOIN mentions p ON p.id = n.mention_id
    WHERE n.case_id = c.id AND p.own = 0 AND p.removed_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM context_fetches f WHERE f.case_id = c.id AND f.mention_id >= m.id)
  AND (m.in_reply_to IS NOT NULL OR (m.conversation IS NOT NULL AND m.conversation <> m.native_id))
ORDER BY c.due_key, c.id LIMIT :limit;

-- name: context_fetched
-- The thread of a case was asked for, on account of its newest post.
INSERT INTO context_fetches (case_id, mention_id, at, posts, why) VALUES (:case_id, :mention_id, :at, :posts, :why)
ON CONFLICT (case_id) DO UPDATE SET mention_id = excluded.mention_id, at = excluded.at, posts = excluded.posts,
  why = excluded.why;

-- name: context_fetch_of
-- When and how the thread of a case was fetched.
SELECT * FROM context_fetches WHERE case_id = :case_id;

-- name: context_of
-- Posts that explain a case and are part of none of its own, oldest first.
SELECT m.* FROM case_context x JOIN mentions m ON m.id = x.mention_id
WHERE x.case_id = :case_id AND NOT EXISTS (SELECT 1 FROM case_mentions cm
  WHERE cm.mention_id = m.id AND cm.case_id = x.case_id)
ORDER BY m.created_at, m.id;
