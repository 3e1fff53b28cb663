-- name: mentions_insert
-- Adds a mention unless its identity is known.
INSERT INTO mentions (platform, native_id, source, origin, author, author_id, author_name, author_followers,
  text, created_at, first_seen_at, day, url, in_reply_to, conversation, lang, media, location, metrics,
  quoted, edited_at, own, stage)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (platform, native_id) DO NOTHING;

-- name: mentions_index
-- Makes the mentions above an id searchable, in one go.
INSERT INTO mentions_fts (rowid, text, author)
SELECT id, text, author FROM mentions WHERE id > :after;

-- name: mentions_search
-- The newest mentions that match a query, with their case.
SELECT m.*, cm.case_id AS case_id FROM mentions_fts f
JOIN mentions m ON m.id = f.rowid LEFT JOIN case_mentions cm ON cm.mention_id = m.id
WHERE mentions_fts MATCH :query ORDER BY f.rowid DESC LIMIT :limit;

-- name: cases_search
-- The newest cases one of whose posts, whose customer, or one of whose drafts matches a query.
SELECT c.* FROM cases c WHERE c.id IN (
  SELECT cm.case_id FROM mentions_fts f JOIN case_mentions cm ON cm.mention_id = f.rowid WHERE mentions_fts MATCH :query
  UNION SELECT rowid FROM cases_fts WHERE cases_fts MATCH :query
  UNION SELECT d.case_id FROM drafts_fts f JOIN drafts d ON d.id = f.rowid WHERE drafts_fts MATCH :query)
ORDER BY c.id DESC LIMIT :limit;

-- name: list_mentions_found
-- The mentions that match a query, newest first by the order in which they came.
SELECT m.*, cm.case_id AS case_id FROM mentions_fts f JOIN mentions m ON m.id = f.rowid
LEFT JOIN case_mentions cm ON cm.mention_id = m.id
WHERE mentions_fts MATCH :query AND f.rowid < :before
  AND (:source = '' OR m.source = :source) AND (:platform = '' OR m.platform = :platform)
  AND (:origin = '' OR m.origin = :origin) AND (:author = '' OR m.author = :author)
  AND (:own = -1 OR m.own = :own) AND (:case_id = 0 OR cm.case_id = :case_id)
  AND (:written_from = '' OR m.created_at >= :written_from) AND (:written_to = '' OR m.created_at < :written_to)
ORDER BY f.rowid DESC LIMIT :limit;
