-- 0001 rooms: the rooms, who belongs to them, their text, chat and runs.
-- The same tables as on PostgreSQL with SQLite's types: ids are blobs of 16 bytes, times are
-- microseconds since 1970 in UTC, JSON is checked text. No row level security: the file belongs to
-- the server's user alone. Runs in one transaction with the row that records it (src/store/migrations).

create table rooms (
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
create index rooms_owner_id_idx on rooms (owner_id);

create table room_members (
    room_id   blob    not null references rooms (id) on delete cascade,
    user_id   blob    not null check (length(user_id) = 16),
    role      text    not null check (role in ('owner', 'editor', 'viewer')),
    name      text    not null check (length(name) <= 64),
    is_guest  integer not null check (is_guest in (0, 1)),
    joined_at integer not null,
    primary key (room_id, user_id)
) strict, without rowid;
-- The rooms of a user.
create index room_members_user_id_idx on room_members (user_id, room_id);

create table chat_messages (
    seq     integer primary key autoincrement,  -- messages of one microsecond keep their order
    id      blob    not null unique check (length(id) = 16),
    room_id blob    not null references rooms (id) on delete cascade,
    user_id blob    not null,
    sender  text    not null,  -- the name at that time
    text    text    not null,
    at      integer not null
) strict;
create index chat_messages_room_id_idx on chat_messages (room_id, seq desc);

create table runs (
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
create index runs_room_id_idx on runs (room_id, seq desc);
-- What the sweep at start reads: nearly always empty.
create index runs_unfinished_idx on runs (id) where result is null;

-- A request that says its key again gets what it made the first time.
create table room_idempotency_keys (
    user_id blob not null,
    key     text not null,
    room_id blob not null references rooms (id) on delete cascade,
    primary key (user_id, key)
) strict, without rowid;
create index room_idempotency_keys_room_id_idx on room_idempotency_keys (room_id);

create table run_idempotency_keys (
    room_id blob not null references rooms (id) on delete cascade,
    key     text not null,
    run_id  blob not null references runs (id) on delete cascade,
    primary key (room_id, key)
) strict, without rowid;
create index run_idempotency_keys_run_id_idx on run_idempotency_keys (run_id);
