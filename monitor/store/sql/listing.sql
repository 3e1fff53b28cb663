-- name: list_cases
-- Cases with their live draft, newest first. An empty filter lets everything through.
SELECT c.*, d.id AS draft_id, d.state AS draft_state, d.version AS draft_version FROM cases c
LEFT JOIN drafts d ON d.case_id = c.id
  AND d.state NOT IN ('posted', 'confirmed', 'rejected', 'superseded', 'expired', 'withdrawn')
WHERE c.id < :before
  AND (:lane = '' OR c.lane = :lane) AND (:status = '' OR c.status = :status)
  AND (:urgency = '' OR c.urgency = :urgency) AND (:intent = '' OR c.primary_intent = :intent)
  AND (:source = '' OR c.source = :source) AND (:platform = '' OR c.platform = :platform)
  AND (:lang = '' OR c.lang = :lang) AND (:verdict = '' OR c.verdict = :verdict)
  AND (:assignee = '' OR c.assignee = :assignee OR (:assignee = '-' AND c.assignee IS NULL))
  AND (:desk = '' OR c.desk = :desk) AND (:origin = '' OR c.origin = :origin)
  AND (:outcome = '' OR c.outcome = :outcome) AND (:customer = '' OR c.customer_handle = :customer)
  AND (:incident = 0 OR c.incident_id = :incident)
  AND (:opened_from = '' OR c.opened_at >= :opened_from) AND (:opened_to = '' OR c.opened_at < :opened_to)
  AND (:draft = '' OR d.state = :draft)
  AND (:tag = '' OR EXISTS (SELECT 1 FROM case_tags t WHERE t.case_id = c.id AND t.tag = :tag))
ORDER BY c.id DESC LIMIT :limit;

-- name: list_cases_by_risk
-- Cases of one lane with their live draft, oldest risk first.
SELECT c.*, d.id AS draft_id, d.state AS draft_state, d.version AS draft_version FROM cases c
LEFT JOIN drafts d ON d.case_id = c.id
  AND d.state NOT IN ('posted', 'confirmed', 'rejected', 'superseded', 'expired', 'withdrawn')
WHERE c.lane = :lane AND (c.due_key > :due_key OR (c.due_key = :due_key AND c.id > :id))
  AND (:status = '' OR c.status = :status)
  AND (:urgency = '' OR c.urgency = :urgency) AND (:intent = '' OR c.primary_intent = :intent)
  AND (:source = '' OR c.source = :source) AND (:platform = '' OR c.platform = :platform)
  AND (:lang = '' OR c.lang = :lang) AND (:verdict = '' OR c.verdict = :verdict)
  AND (:assignee = '' OR c.assignee = :assignee OR (:assignee = '-' AND c.assignee IS NULL))
  AND (:desk = '' OR c.desk = :desk) AND (:origin = '' OR c.origin = :origin)
  AND (:outcome = '' OR c.outcome = :outcome) AND (:customer = '' OR c.customer_handle = :customer)
  AND (:incident = 0 OR c.incident_id = :incident)
  AND (:opened_from = '' OR c.opened_at >= :opened_from) AND (:opened_to = '' OR c.opened_at < :opened_to)
  AND (:draft = '' OR d.state = :draft)
  AND (:tag = '' OR EXISTS (SELECT 1 FROM case_tags t WHERE t.case_id = c.id AND t.tag = :tag))
ORDER BY c.due_key, c.id LIMIT :limit;

-- name: list_mentions
-- Mentions with their case, newest first by the order in which they came.
SELECT m.*, cm.case_id AS case_id FROM mentions m LEFT JOIN case_mentions cm ON cm.mention_id = m.id
WHERE m.id < :before
  AND (:source = '' OR m.source = :source) AND (:platform = '' OR m.platform = :platform)
  AND (:origin = '' OR m.origin = :origin) AND (:author = '' OR m.author = :author)
  AND (:own = -1 OR m.own = :own) AND (:case_id = 0 OR cm.case_id = :case_id)
  AND (:written_from = '' OR m.created_at >= :written_from) AND (:written_to = '' OR m.created_at < :written_to)
ORDER BY m.id DESC LIMIT :limit;

-- name: list_drafts
-- Drafts, newest first.
SELECT * FROM drafts WHERE id < :before AND (:state = '' OR state = :state)
  AND (:case_id = 0 OR case_id = :case_id) AND (:written_by = '' OR written_by = :written_by)
ORDER BY id DESC LIMIT :limit;

-- name: list_promises
-- Promises, newest first.
SELECT * FROM promises WHERE id < :before AND (:state = '' OR state = :state)
  AND (:keeper = '' OR keeper = :keeper) ORDER BY id DESC LIMIT :limit;

-- name: list_outcomes
-- Outcomes, newest first.
SELECT * FROM outcomes WHERE id < :before AND (:outcome = '' OR outcome = :outcome)
  AND (:since = '' OR at >= :since) ORDER BY id DESC LIMIT :limit;

-- name: list_corrections
-- What people corrected in readings, newest first.
SELECT * FROM corrections WHERE id < :before ORDER BY id DESC LIMIT :limit;

-- name: list_audit
-- Records of the audit log, newest first.
SELECT * FROM audit WHERE seq < :before AND (:subject = '' OR subject = :subject)
  AND (:actor = '' OR actor = :actor) AND (:action = '' OR action = :action)
  AND (:since = '' OR at >= :since) ORDER BY seq DESC LIMIT :limit;
