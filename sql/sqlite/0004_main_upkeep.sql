-- Successors that are sealed for a retry, by when they were made: a small index, since they are forgotten minutes later.
CREATE INDEX refresh_tokens_sealed ON refresh_tokens (next_issued) WHERE next_sealed IS NOT NULL;
