-- Where an account was signed in from.

-- Rate limits ask it, signed-out sessions included, while an account is being flooded with requests.
create index sessions_user_id_ip_address_idx on sessions (user_id, ip_address);
