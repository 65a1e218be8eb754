-- How a trunk that we register with is known again when it calls: by the user part of the Contact that it was given, which
-- nobody else knows, and by the address that has granted the registration.
alter table trunks
  add contact_user text unique,
  add registrar_address text;
