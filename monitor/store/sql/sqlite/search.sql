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

-- name: search_posts
-- The newest posts below an id that match a query and are part of a case. Newest first costs no sorting.
SELECT f.rowid AS mention_id, cm.case_id AS case_id, substr(m.text, 1, :length) AS text FROM mentions_fts f
JOIN case_mentions cm ON cm.mention_id = f.rowid JOIN mentions m ON m.id = f.rowid
WHERE mentions_fts MATCH :query AND f.rowid < :before ORDER BY f.rowid DESC LIMIT :limit;

-- name: queue_some
-- Some cases as rows. The ids are JSON: a list of any length in one parameter.
SELECT c.*, @glance FROM cases c LEFT JOIN glances g ON g.case_id = c.id
WHERE c.id IN (SELECT value FROM json_each(:ids));

-- name: search_drafts
-- The newest drafts that match a query.
SELECT d.case_id AS case_id, d.text AS text FROM drafts_fts f JOIN drafts d ON d.id = f.rowid
WHERE drafts_fts MATCH :query ORDER BY f.rowid DESC LIMIT :limit;

-- name: search_alike
-- Open cases above an id whose title has words of a query, the most alike first.
SELECT c.* FROM cases_fts f JOIN cases c ON c.id = f.rowid
WHERE cases_fts MATCH :query AND f.rowid > :after AND c.status IN ('open', 'waiting') AND c.id <> :case_id
ORDER BY f.rank LIMIT :limit;

-- name: storm_term_usual
-- How many cases between two numbers have a word in their title.
SELECT count(*) AS n FROM cases_fts WHERE cases_fts MATCH :query AND rowid >= :first_id AND rowid <= :last_id;
