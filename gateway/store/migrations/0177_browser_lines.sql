-- What the browser at the end of a line says of it, beside what the media server measures.

alter table legs add column browser jsonb;
