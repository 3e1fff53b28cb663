-- name: token_add
-- A token of a person; only its hash is kept.
INSERT INTO tokens (user_id, name, hint, token_hash, scopes, created_at, created_by, expires_at)
SELECT id, :name, :hint, :token_hash, :scopes, :at, :created_by, :expires_at FROM users WHERE name = :user_name
RETURNING id;

-- name: token_by_hash
-- Whose a token is.
SELECT t.*, u.name AS user_name, u.role AS role, u.disabled_at AS disabled_at,
  EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS has_factor
FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = :token_hash;

-- name: token_get
-- One token.
SELECT t.*, u.name AS user_name, u.role AS role, u.disabled_at AS disabled_at FROM tokens t
JOIN users u ON u.id = t.user_id WHERE t.id = :id;

-- name: tokens_list
-- The tokens of one person, or ('') of everybody; the newest first.
SELECT t.*, u.name AS user_name, u.role AS role, u.disabled_at AS disabled_at FROM tokens t
JOIN users u ON u.id = t.user_id WHERE (:user_name = '' OR u.name = :user_name) ORDER BY t.id DESC;

-- name: token_used
-- It was used.
UPDATE tokens SET last_used_at = :at WHERE id = :id;

-- name: token_revoke
-- It opens nothing any more.
UPDATE tokens SET revoked_at = :at, revoked_by = :by WHERE id = :id AND revoked_at IS NULL;

-- name: tokens_revoke_all
-- None of a person's tokens opens anything any more.
UPDATE tokens SET revoked_at = :at, revoked_by = :by
WHERE revoked_at IS NULL AND user_id = (SELECT id FROM users WHERE name = :user_name);

-- name: api_answer_begin
-- Takes a key for a request; one whose maker died before it did anything is taken over.
INSERT INTO api_answers (token_id, key, fingerprint, at, lease_until)
VALUES (:token_id, :key, :fingerprint, :at, :lease_until)
ON CONFLICT (token_id, key) DO UPDATE SET at = excluded.at, lease_until = excluded.lease_until
WHERE api_answers.fingerprint = excluded.fingerprint AND api_answers.status IS NULL
  AND api_answers.acted = 0 AND api_answers.lease_until < excluded.at;

-- name: api_answer_get
-- What is known of a key.
SELECT * FROM api_answers WHERE token_id = :token_id AND key = :key;

-- name: api_answer_acted
-- The deed is done: written in its transaction.
UPDATE api_answers SET acted = 1 WHERE token_id = :token_id AND key = :key;

-- name: api_answer_keep
-- The answer that a repeated request gets.
UPDATE api_answers SET status = :status, body = :body WHERE token_id = :token_id AND key = :key;

-- name: api_answer_drop
-- Nothing was done, and a repeated request may try again.
DELETE FROM api_answers WHERE token_id = :token_id AND key = :key AND acted = 0;

-- name: api_answers_forget
-- Answers older than a moment.
DELETE FROM api_answers WHERE at < :before;
