-- A connection that breaks while a step is committed does not tell. The step is stored with a key, and whoever repeats it
-- finds by it that he has taken it himself (decision 0250).
alter table events add column step_key uuid;
