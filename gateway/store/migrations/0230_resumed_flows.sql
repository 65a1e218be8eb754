-- Where a caller is in his flow is in the store, so that another gateway goes on with him there when his own dies.

alter table inbound_calls
  -- null: its gateway is no more, and no other one could go on with it
  alter column node_id drop not null,
  -- {"step", "tries", "visits", "faulted"} as in gateway/inbound/flow/machine.ts, "language", and the keys he has pressed
  -- "ahead"; null: he has not been answered
  add column place jsonb,
  -- of the message he is leaving: {"id", "recording"}, the name of its file and what the media server calls it by
  add column message jsonb;
