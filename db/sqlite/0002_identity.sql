-- 0002 identity: users and sessions of the embedded identity. Empty with Supabase.
-- The signing key is no row: it lies in a file of its own in the data directory (mode 0600).

create table identity_users (
    id                 blob    not null primary key check (length(id) = 16),
    email              text    unique,  -- lower case; null for a guest
    password_hash      text,
    is_guest           integer not null check (is_guest in (0, 1)),
    user_metadata      text    not null check (json_valid(user_metadata)),
    created_at         integer not null,
    updated_at         integer not null,
    email_confirmed_at integer,
    last_sign_in_at    integer,
    banned_until       integer,
    check (is_guest = 1 or email is not null)
) strict, without rowid;
-- What the sweep of old guests reads.
create index identity_users_guests_idx on identity_users (last_sign_in_at) where is_guest = 1;

create table identity_sessions (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    not null references identity_users (id) on delete cascade,
    method          text    not null,
    created_at      integer not null,
    refreshed_at    integer not null,
    refresh_key     blob    not null check (length(refresh_key) = 32),
    refresh_counter integer not null,
    user_agent      text    not null
) strict, without rowid;
create index identity_sessions_user_id_idx on identity_sessions (user_id);

-- Sessions that ended while their last access token may still live: a restart must not revive it.
create table identity_ended_sessions (
    id       blob    not null primary key,
    ended_at integer not null
) strict, without rowid;
create index identity_ended_sessions_ended_at_idx on identity_ended_sessions (ended_at);
