-- name: user_add
-- A new person.
INSERT INTO users (name, email, role, password_hash, must_change, created_at)
VALUES (:name, :email, :role, :password_hash, :must_change, :at) ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: user_by_name
-- One person by name.
SELECT * FROM users WHERE name = :name;

-- name: users_all
-- Everybody.
SELECT * FROM users ORDER BY name;

-- name: user_password
-- A new password.
UPDATE users SET password_hash = :password_hash, must_change = :must_change WHERE name = :name;

-- name: user_role
-- A new role.
UPDATE users SET role = :role WHERE name = :name;

-- name: user_disabled
-- Takes access away, or gives it back.
UPDATE users SET disabled_at = :at WHERE name = :name;

-- name: sign_in_add
-- A browser that signed in; only the hash of its token is kept.
INSERT INTO sign_ins (token_hash, user_id, created_at, last_seen_at, expires_at, agent)
VALUES (:token_hash, :user_id, :at, :at, :expires_at, :agent);

-- name: sign_in_get
-- Whom a token belongs to.
SELECT s.*, u.name AS user_name, u.role AS role, u.must_change AS must_change FROM sign_ins s
JOIN users u ON u.id = s.user_id WHERE s.token_hash = :token_hash AND u.disabled_at IS NULL;

-- name: sign_in_seen
-- The browser was here.
UPDATE sign_ins SET last_seen_at = :at WHERE token_hash = :token_hash;

-- name: sign_in_drop
-- Signs one browser out.
DELETE FROM sign_ins WHERE token_hash = :token_hash;

-- name: sign_ins_of
-- The browsers in which a person is signed in, newest first.
SELECT s.* FROM sign_ins s JOIN users u ON u.id = s.user_id WHERE u.name = :name ORDER BY s.last_seen_at DESC;

-- name: sign_ins_drop_all
-- Signs a person out everywhere.
DELETE FROM sign_ins WHERE user_id = (SELECT id FROM users WHERE name = :name);

-- name: sign_ins_expire
-- Forgets browsers that were away too long.
DELETE FROM sign_ins WHERE expires_at < :now OR last_seen_at < :idle_since;

-- name: sign_in_failed
-- A wrong password.
INSERT INTO sign_in_failures (name, address, at) VALUES (:name, :address, :at);

-- name: sign_in_failures_since
-- How often it was wrong lately, for this name and from this address.
SELECT coalesce(sum(CASE WHEN name = :name THEN 1 ELSE 0 END), 0) AS by_name,
  coalesce(sum(CASE WHEN address = :address THEN 1 ELSE 0 END), 0) AS by_address
FROM sign_in_failures WHERE at >= :since;

-- name: sign_in_failures_forget
-- A right password clears the count of that name.
DELETE FROM sign_in_failures WHERE name = :name OR at < :before;

-- name: switch_set
-- A switch that everybody sees, with who set it and why.
INSERT INTO switches (name, value, reason, user_name, at) VALUES (:name, :value, :reason, :user_name, :at)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, reason = excluded.reason,
  user_name = excluded.user_name, at = excluded.at;

-- name: switch_get
-- How a switch stands.
SELECT * FROM switches WHERE name = :name;
