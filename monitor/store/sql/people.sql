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

-- name: users_by_email
-- Whoever has this mail address and access; upper and lower case are the same.
SELECT * FROM users WHERE lower(email) = lower(:email) AND disabled_at IS NULL ORDER BY name;

-- name: user_email
-- Another mail address.
UPDATE users SET email = :email WHERE name = :name;

-- name: user_password
-- A new password.
UPDATE users SET password_hash = :password_hash, must_change = :must_change WHERE name = :name;

-- name: user_role
-- A new role.
UPDATE users SET role = :role WHERE name = :name;

-- name: user_disabled
-- Takes access away, or gives it back.
UPDATE users SET disabled_at = :at WHERE name = :name;

-- name: switch_set
-- A switch that everybody sees, with who set it and why.
INSERT INTO switches (name, value, reason, user_name, at) VALUES (:name, :value, :reason, :user_name, :at)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, reason = excluded.reason,
  user_name = excluded.user_name, at = excluded.at;

-- name: switch_get
-- How a switch stands.
SELECT * FROM switches WHERE name = :name;

-- name: switches_on
-- The switch of that name and those of its parts (name:part) that are on, the whole one first.
SELECT * FROM switches WHERE value = 'on' AND (name = :name OR name LIKE :name || ':%') ORDER BY name;
