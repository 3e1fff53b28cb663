-- name: decided_cases
-- Cases of a single post that a person decided about (approved, rejected or corrected), with what was read in it.
SELECT c.id AS case_id, sb.brand AS brand, r.body AS body, r.model AS model, c.primary_intent AS intent, c.urgency AS urgency,
  (SELECT k.was FROM corrections k WHERE k.case_id = c.id AND k.field = 'intent' ORDER BY k.id LIMIT 1) AS intent_was,
  (SELECT k.was FROM corrections k WHERE k.case_id = c.id AND k.field = 'urgency' ORDER BY k.id LIMIT 1) AS urgency_was,
  EXISTS (SELECT 1 FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE d.case_id = c.id) AS approved,
  EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id AND d.state = 'rejected' AND d.reason = 'wrong_intent') AS misread
FROM cases c
JOIN source_brands sb ON sb.source = c.source
JOIN case_mentions cm ON cm.case_id = c.id
JOIN mentions m ON m.id = cm.mention_id AND m.own = 0 AND m.removed_at IS NULL
JOIN readings r ON r.mention_id = m.id AND r.revision = m.revision
WHERE (SELECT count(*) FROM case_mentions o JOIN mentions p ON p.id = o.mention_id WHERE o.case_id = c.id AND p.own = 0) = 1
  AND (EXISTS (SELECT 1 FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE d.case_id = c.id)
    OR EXISTS (SELECT 1 FROM corrections k WHERE k.case_id = c.id)
    OR EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id AND d.state = 'rejected' AND d.reason = 'wrong_intent'))
ORDER BY c.id, r.read_at DESC, r.model;

-- name: calibration_in_use
-- The calibration that a brand's posts are read with.
SELECT * FROM calibrations WHERE brand = :brand AND ended_at IS NULL;

-- name: calibrations_all
-- Every calibration there was, newest first.
SELECT * FROM calibrations ORDER BY id DESC;

-- name: calibration_end
-- From now on a brand's posts are read with the shipped calibration.
UPDATE calibrations SET ended_at = :at WHERE brand = :brand AND ended_at IS NULL;

-- name: calibration_add
-- From now on a brand's posts are read with this one.
INSERT INTO calibrations (brand, model, curves, decisions, made_by, made_at)
VALUES (:brand, :model, :curves, :decisions, :made_by, :made_at);

-- name: corrections_matrix
-- What was read (said) and what a person made of it (person), for one field, since a moment. A case that was approved
-- and whose field nobody touched was read rightly.
SELECT said, person, count(*) AS cases FROM (
  SELECT k.was AS said, CASE WHEN :field = 'intent' THEN c.primary_intent ELSE c.urgency END AS person
  FROM corrections k JOIN cases c ON c.id = k.case_id
  WHERE k.field = :field AND k.at >= :since
    AND k.id = (SELECT min(f.id) FROM corrections f WHERE f.case_id = k.case_id AND f.field = :field)
  UNION ALL
  SELECT CASE WHEN :field = 'intent' THEN c.primary_intent ELSE c.urgency END AS said,
    CASE WHEN :field = 'intent' THEN c.primary_intent ELSE c.urgency END AS person
  FROM cases c
  WHERE NOT EXISTS (SELECT 1 FROM corrections k WHERE k.case_id = c.id AND k.field = :field)
    AND EXISTS (SELECT 1 FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE d.case_id = c.id AND a.at >= :since)
) AS decided
GROUP BY said, person ORDER BY said, person;
