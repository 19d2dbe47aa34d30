-- A data directory as the version with schema 2 left it (sqlite3 codencollab.db .dump): two rooms.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations (number integer not null primary key, name text not null, applied_at integer not null) strict;
INSERT INTO schema_migrations VALUES(1,'rooms',1795570519266343);
INSERT INTO schema_migrations VALUES(2,'identity',1795570519266343);
CREATE TABLE rooms (
    id           blob    not null primary key check (length(id) = 16),
    owner_id     blob    not null check (length(owner_id) = 16),  -- who made it
    title        text    not null,
    language     text    not null,
    visibility   text    not null check (visibility in ('link', 'private')),
    default_role text    not null check (default_role in ('editor', 'viewer')),
    locked       integer not null check (locked in (0, 1)),
    created_at   integer not null,
    updated_at   integer not null,
    code         text    not null  -- last: reading the other columns then skips its pages
) strict;
INSERT INTO rooms VALUES(X'aeca1c3014bc4760a595fd025820dbf8',X'099150f46f6b43eaa3b520e87a029b25','Room python','python','link','editor',0,1795570531554452,1795570531554452,'');
INSERT INTO rooms VALUES(X'91fd6f6d61f044baab884cc93e2b44c2',X'099150f46f6b43eaa3b520e87a029b25','Room cpp','cpp','link','editor',0,1795570531898488,1795570531898488,'');
CREATE TABLE room_members (
    room_id   blob    not null references rooms (id) on delete cascade,
    user_id   blob    not null check (length(user_id) = 16),
    role      text    not null check (role in ('owner', 'editor', 'viewer')),
    name      text    not null check (length(name) <= 64),
    is_guest  integer not null check (is_guest in (0, 1)),
    joined_at integer not null,
    primary key (room_id, user_id)
) strict, without rowid;
INSERT INTO room_members VALUES(X'91fd6f6d61f044baab884cc93e2b44c2',X'099150f46f6b43eaa3b520e87a029b25','owner','Ada',1,1795570531898488);
INSERT INTO room_members VALUES(X'aeca1c3014bc4760a595fd025820dbf8',X'099150f46f6b43eaa3b520e87a029b25','owner','Ada',1,1795570531554452);
CREATE TABLE chat_messages (
    seq     integer primary key autoincrement,  -- messages of one microsecond keep their order
    id      blob    not null unique check (length(id) = 16),
    room_id blob    not null references rooms (id) on delete cascade,
    user_id blob    not null,
    sender  text    not null,  -- the name at that time
    text    text    not null,
    at      integer not null
) strict;
CREATE TABLE runs (
    seq         integer primary key autoincrement,
    id          blob    not null unique check (length(id) = 16),
    room_id     blob    not null references rooms (id) on delete cascade,
    user_id     blob    not null,
    user_name   text    not null,
    language    text    not null,
    version     text    not null,
    started_at  integer not null,
    finished_at integer,
    result      text    check (result is null or json_valid(result)),
    check ((finished_at is null) = (result is null))
) strict;
CREATE TABLE room_idempotency_keys (
    user_id blob not null,
    key     text not null,
    room_id blob not null references rooms (id) on delete cascade,
    primary key (user_id, key)
) strict, without rowid;
CREATE TABLE run_idempotency_keys (
    room_id blob not null references rooms (id) on delete cascade,
    key     text not null,
    run_id  blob not null references runs (id) on delete cascade,
    primary key (room_id, key)
) strict, without rowid;
CREATE TABLE identity_users (
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
INSERT INTO identity_users VALUES(X'099150f46f6b43eaa3b520e87a029b25',NULL,NULL,1,'{"name":"Ada"}',1795570526718128,1795570526718128,NULL,1795570526718128,NULL);
CREATE TABLE identity_sessions (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    not null references identity_users (id) on delete cascade,
    method          text    not null,
    created_at      integer not null,
    refreshed_at    integer not null,
    refresh_key     blob    not null check (length(refresh_key) = 32),
    refresh_counter integer not null,
    user_agent      text    not null
) strict, without rowid;
CREATE TABLE identity_ended_sessions (
    id       blob    not null primary key,
    ended_at integer not null
) strict, without rowid;
DELETE FROM sqlite_sequence;
CREATE INDEX rooms_owner_id_idx on rooms (owner_id);
CREATE INDEX room_members_user_id_idx on room_members (user_id, room_id);
CREATE INDEX chat_messages_room_id_idx on chat_messages (room_id, seq desc);
CREATE INDEX runs_room_id_idx on runs (room_id, seq desc);
CREATE INDEX runs_unfinished_idx on runs (id) where result is null;
CREATE INDEX room_idempotency_keys_room_id_idx on room_idempotency_keys (room_id);
CREATE INDEX run_idempotency_keys_run_id_idx on run_idempotency_keys (run_id);
CREATE INDEX identity_users_guests_idx on identity_users (last_sign_in_at) where is_guest = 1;
CREATE INDEX identity_sessions_user_id_idx on identity_sessions (user_id);
CREATE INDEX identity_ended_sessions_ended_at_idx on identity_ended_sessions (ended_at);
COMMIT;
