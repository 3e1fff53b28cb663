-- name: sign_in_add
-- A browser that signed in; only the hash of its token is kept.
INSERT INTO sign_ins (token_hash, user_id, created_at, last_seen_at, expires_at, agent, address, state, via)
VALUES (:token_hash, :user_id, :at, :at, :expires_at, :agent, :address, :state, :via);

-- name: sign_in_get
-- Whom a token belongs to, and whether they have a second factor.
SELECT s.*, u.name AS user_name, u.role AS role, u.must_change AS must_change,
  CASE WHEN f.confirmed_at IS NULL THEN 0 ELSE 1 END AS has_factor,
  (SELECT count(*) FROM memberships m WHERE m.user_id = u.id AND m.brand = '*') AS sees_all FROM sign_ins s
JOIN users u ON u.id = s.user_id LEFT JOIN second_factors f ON f.user_id = u.id
WHERE s.token_hash = :token_hash AND u.disabled_at IS NULL;

-- name: sign_in_seen
-- The browser was here.
UPDATE sign_ins SET last_seen_at = :at WHERE token_hash = :token_hash;

-- name: sign_in_drop
-- Signs one browser out.
DELETE FROM sign_ins WHERE token_hash = :token_hash;

-- name: sign_ins_of
-- The browsers in which a person is signed in, newest first.
SELECT s.* FROM sign_ins s JOIN users u ON u.id = s.user_id
WHERE u.name = :name AND s.state = 'in' ORDER BY s.last_seen_at DESC, s.token_hash;

-- name: sign_ins_drop_all
-- Signs a person out everywhere, or everywhere but in one browser.
DELETE FROM sign_ins WHERE user_id = (SELECT id FROM users WHERE name = :name) AND token_hash <> :but;

-- name: sign_ins_expire
-- Forgets browsers that were away too long.
DELETE FROM sign_ins WHERE expires_at < :now OR last_seen_at < :idle_since;

-- name: sign_in_tried
-- Counts a try before it is checked.
INSERT INTO sign_in_failures (name, address, at) VALUES (:name, :address, :at) RETURNING id;

-- name: sign_in_tries_since
-- How often it went wrong lately, for this name and from this address, and when last.
SELECT coalesce(sum(CASE WHEN name = :name THEN 1 ELSE 0 END), 0) AS by_name,
  coalesce(sum(CASE WHEN address = :address THEN 1 ELSE 0 END), 0) AS by_address,
  max(CASE WHEN name = :name THEN at END) AS last_by_name,
  max(CASE WHEN address = :address THEN at END) AS last_by_address
FROM sign_in_failures WHERE at > :since;

-- name: sign_in_tries_forget
-- A right one clears the count of that name, and itself.
DELETE FROM sign_in_failures WHERE name = :name OR id = :id OR at < :before;

-- name: factor_begin
-- A secret that waits to be confirmed; one that is confirmed stays.
INSERT INTO second_factors (user_id, secret, begun_at) VALUES (:user_id, :secret, :at)
ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at
WHERE second_factors.confirmed_at IS NULL;

-- name: factor_of
-- A person's second factor, confirmed or not.
SELECT f.* FROM second_factors f JOIN users u ON u.id = f.user_id WHERE u.name = :name;

-- name: factor_confirm
-- The first code was right.
UPDATE second_factors SET confirmed_at = :at WHERE user_id = :user_id AND confirmed_at IS NULL;

-- name: factor_step
-- A code was used: it and all before it are spent. Touches nothing when it was spent already.
UPDATE second_factors SET last_step = :step WHERE user_id = :user_id AND last_step < :step;

-- name: factor_drop
-- No second factor any more.
DELETE FROM second_factors WHERE user_id = :user_id;

-- name: factors_all
-- Who has a second factor.
SELECT u.name AS name, (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id) AS codes
FROM second_factors f JOIN users u ON u.id = f.user_id WHERE f.confirmed_at IS NOT NULL;

-- name: recovery_add
-- A recovery code; only its hash is kept.
INSERT INTO recovery_codes (code_hash, user_id) VALUES (:code_hash, :user_id);

-- name: recovery_spend
-- Uses a recovery code up. Touches nothing when there is no such code.
DELETE FROM recovery_codes WHERE code_hash = :code_hash AND user_id = :user_id;

-- name: recovery_drop_all
-- Forgets every recovery code of a person.
DELETE FROM recovery_codes WHERE user_id = :user_id;

-- name: reset_add
-- A letter with a link to a new password is on its way.
INSERT INTO resets (token_hash, user_id, at, expires_at) VALUES (:token_hash, :user_id, :at, :expires_at);

-- name: reset_get
-- Whose new password a link is for.
SELECT u.name AS name, r.expires_at AS expires_at FROM resets r JOIN users u ON u.id = r.user_id
WHERE r.token_hash = :token_hash AND r.expires_at > :now AND u.disabled_at IS NULL;

-- name: reset_since
-- A link of a person that was made since a moment.
SELECT r.at FROM resets r JOIN users u ON u.id = r.user_id WHERE u.name = :name AND r.at > :since;

-- name: resets_drop
-- The links of a person end: one was used, or the password was changed otherwise.
DELETE FROM resets WHERE user_id = (SELECT id FROM users WHERE name = :name);

-- name: resets_expire
-- Forgets links whose time is over.
DELETE FROM resets WHERE expires_at <= :now;

-- name: identity_user
-- Whom a provider means.
SELECT u.name AS name FROM identities i JOIN users u ON u.id = i.user_id
WHERE i.issuer = :issuer AND i.subject = :subject;

-- name: identity_add
-- From now on the provider means this person.
INSERT INTO identities (issuer, subject, user_id, at) VALUES (:issuer, :subject, :user_id, :at)
ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id, at = excluded.at;

-- name: identities_of
-- How providers know a person.
SELECT i.issuer AS issuer, i.subject AS subject FROM identities i JOIN users u ON u.id = i.user_id
WHERE u.name = :name ORDER BY i.issuer, i.subject;

-- name: identities_drop
-- No provider means this person any more.
DELETE FROM identities WHERE user_id = (SELECT id FROM users WHERE name = :name);
