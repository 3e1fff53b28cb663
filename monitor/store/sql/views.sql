-- name: views_of
-- Somebody's own views and the shared ones, by name.
SELECT * FROM views WHERE owner = :user_name OR shared = 1 ORDER BY name, id;

-- name: view_get
-- One view.
SELECT * FROM views WHERE id = :id;

-- name: view_save
-- Keeps a view under a name.
INSERT INTO views (owner, name, query, shared, at) VALUES (:owner, :name, :query, :shared, :at)
ON CONFLICT (owner, name) DO UPDATE SET query = excluded.query, shared = excluded.shared, at = excluded.at
RETURNING id;

-- name: view_drop
-- Forgets a view.
DELETE FROM views WHERE id = :id;
