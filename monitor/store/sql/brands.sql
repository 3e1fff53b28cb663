-- name: source_brands_all
-- Which brand each source watches for.
SELECT source, brand FROM source_brands ORDER BY source;

-- name: source_brand_set
-- A source watches for a brand.
INSERT INTO source_brands (source, brand) VALUES (:source, :brand)
ON CONFLICT (source) DO UPDATE SET brand = excluded.brand;

-- name: source_brand_of
-- The brand that a source watches for.
SELECT brand FROM source_brands WHERE source = :source;

-- name: sources_without_brand
-- Sources that cases came from, of which nobody has said whom they watch for.
SELECT DISTINCT source FROM sources WHERE source NOT IN (SELECT source FROM source_brands)
UNION SELECT DISTINCT source FROM cases WHERE source NOT IN (SELECT source FROM source_brands);

-- name: memberships_all
-- Who may see what.
SELECT u.name AS name, m.brand AS brand FROM memberships m JOIN users u ON u.id = m.user_id ORDER BY u.name, m.brand;

-- name: memberships_of
-- What a person may see.
SELECT m.brand AS brand FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.name = :name ORDER BY m.brand;

-- name: membership_add
-- A person may see a brand.
INSERT INTO memberships (user_id, brand) SELECT id, :brand FROM users WHERE name = :name;

-- name: memberships_drop
-- A person may see nothing any more.
DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE name = :name);

-- name: members_of_source
-- Who has access and may see what comes from a source.
SELECT DISTINCT u.name AS name FROM users u JOIN memberships m ON m.user_id = u.id
WHERE u.disabled_at IS NULL AND (m.brand = '*' OR m.brand = (SELECT brand FROM source_brands WHERE source = :source))
ORDER BY u.name;
