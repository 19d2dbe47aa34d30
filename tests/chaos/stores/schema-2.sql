PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations (number integer not null primary key, name text not null, applied_at integer not null) strict;
INSERT INTO schema_migrations VALUES(1,'rooms',1795570201879384);
INSERT INTO schema_migrations VALUES(2,'identity',1795570201879384);
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
INSERT INTO rooms VALUES(X'5d60b2dabc0d40e7815acd1f53d6a94a',X'bce5df8d21804f95a02d228fbfc19599','From an older version','python','link','editor',0,1795570207304434,1795570207737486,replace('# typed with an older version: é 👩‍💻\nprint("still here")\n','\n',char(10)));
INSERT INTO rooms VALUES(X'7e0a97d0a7b94464ad917b342f640044',X'bce5df8d21804f95a02d228fbfc19599','Never typed into','python','link','editor',0,1795570208094203,1795570208094203,replace('names = ["Ada", "Grace", "Linus"]\n\nfor name in names:\n    print(f"Hello, {name}!")\n','\n',char(10)));
INSERT INTO rooms VALUES(X'914971c7640644159d8e1b93263be093',X'bce5df8d21804f95a02d228fbfc19599','Emptied','python','link','editor',0,1795570208108543,1795570208161282,'');
CREATE TABLE room_members (
    room_id   blob    not null references rooms (id) on delete cascade,
    user_id   blob    not null check (length(user_id) = 16),
    role      text    not null check (role in ('owner', 'editor', 'viewer')),
    name      text    not null check (length(name) <= 64),
    is_guest  integer not null check (is_guest in (0, 1)),
    joined_at integer not null,
    primary key (room_id, user_id)
) strict, without rowid;
INSERT INTO room_members VALUES(X'5d60b2dabc0d40e7815acd1f53d6a94a',X'14fbf97710184838bb992b4e409d08a9','editor','Ben',1,1795570207446800);
INSERT INTO room_members VALUES(X'5d60b2dabc0d40e7815acd1f53d6a94a',X'bce5df8d21804f95a02d228fbfc19599','owner','Ada',0,1795570207304434);
INSERT INTO room_members VALUES(X'7e0a97d0a7b94464ad917b342f640044',X'bce5df8d21804f95a02d228fbfc19599','owner','Ada',0,1795570208094203);
INSERT INTO room_members VALUES(X'914971c7640644159d8e1b93263be093',X'bce5df8d21804f95a02d228fbfc19599','owner','Ada',0,1795570208108543);
CREATE TABLE chat_messages (
    seq     integer primary key autoincrement,  -- messages of one microsecond keep their order
    id      blob    not null unique check (length(id) = 16),
    room_id blob    not null references rooms (id) on delete cascade,
    user_id blob    not null,
    sender  text    not null,  -- the name at that time
    text    text    not null,
    at      integer not null
) strict;
INSERT INTO chat_messages VALUES(1,X'b3629c8bec7649338e4b1700cc59f4b1',X'5d60b2dabc0d40e7815acd1f53d6a94a',X'bce5df8d21804f95a02d228fbfc19599','Ada','hello from before',1795570207717600);
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
INSERT INTO runs VALUES(1,X'5eacff6e17c84321804baea0cf3b0155',X'5d60b2dabc0d40e7815acd1f53d6a94a',X'bce5df8d21804f95a02d228fbfc19599','Ada','python','3.11.2',1795570207737496,1795570208054014,'{"output":"still here\n","stdout":"still here\n","stderr":"","compile_output":"","exit_code":0,"signal":null,"failure":null,"message":"","truncated":false,"wall_time_ms":163,"cpu_time_ms":65,"memory_bytes":3616768}');
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
INSERT INTO identity_users VALUES(X'14fbf97710184838bb992b4e409d08a9',NULL,NULL,1,'{"name":"Ben"}',1795570207217934,1795570207217934,NULL,1795570207217934,NULL);
INSERT INTO identity_users VALUES(X'bce5df8d21804f95a02d228fbfc19599','ada@example.com','$argon2id$v=19$m=65536,t=2,p=1$ETfc5eG5b4bIISLG9B796A$Iaj7763OUyJwnITiz0s0RYWodsLnMoX6vEJFIEoscYY',0,'{"name":"Ada"}',1795570205664121,1795570205664121,1795570205664121,1795570205664121,NULL);
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
INSERT INTO sqlite_sequence VALUES('chat_messages',1);
INSERT INTO sqlite_sequence VALUES('runs',1);
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
