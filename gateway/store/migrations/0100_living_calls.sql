-- Calls outlive the gateway that began them: the next one takes over both halves of a leg, the dialog and the endpoint.

alter table legs add column endpoint_id text;
