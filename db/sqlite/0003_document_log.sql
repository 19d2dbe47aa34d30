-- 0003 document_log: a room's document as a log of updates, its snapshots, and what was folded.
-- first_update() and checksum() are the program's own functions (src/store/sqlite_functions): this
-- step cannot be run by hand.

-- The log: what the newest snapshot of the room does not hold yet, in the order of seq.
create table room_updates (
    seq       integer primary key autoincrement,
    room_id   blob    not null references rooms (id) on delete cascade,
    writer    integer not null,  -- one opening of the room
    number    integer not null,  -- the writer's own count: the same update comes in once
    author_id blob    check (author_id is null or length(author_id) = 16),  -- null: the room itself
    at        integer not null,  -- whole milliseconds, in microseconds as everywhere
    checksum  integer not null,
    data      blob    not null,
    unique (room_id, writer, number)
) strict;

-- The document as one update. The two newest of a room are kept: should one be damaged, the other
-- and the history since it hold the same.
create table room_snapshots (
    number      integer primary key autoincrement,
    room_id     blob    not null references rooms (id) on delete cascade,
    through_seq integer not null,  -- the last of the log that it holds
    at          integer not null,
    raw_bytes   integer not null,  -- before it was compressed
    codec       text    not null check (codec in ('none', 'deflate')),
    checksum    integer not null,  -- of data, as are all
    data        blob    not null
) strict;
create index room_snapshots_room_id_idx on room_snapshots (room_id, number desc);

-- What was folded, for playback: many updates a row, each with its time and author. The form of
-- the bytes is told in src/store/history_segment.h.
create table room_history (
    room_id   blob    not null references rooms (id) on delete cascade,
    first_seq integer not null,
    last_seq  integer not null check (last_seq >= first_seq),
    from_at   integer not null,
    to_at     integer not null,
    snapshot  integer not null,  -- number of the first snapshot that holds all of it
    raw_bytes integer not null,
    codec     text    not null check (codec in ('none', 'deflate')),
    checksum  integer not null,
    data      blob    not null,
    primary key (room_id, first_seq)
) strict;

-- Up to which number a writer's updates were folded: an append that comes again adds nothing.
create table room_folded (
    room_id  blob    not null references rooms (id) on delete cascade,
    writer   integer not null,
    number   integer not null,
    snapshot integer not null,
    primary key (room_id, writer)
) strict, without rowid;

-- What happened in a room beside typing, chat and runs.
create table room_events (
    seq        integer primary key autoincrement,
    id         blob    not null unique check (length(id) = 16),
    room_id    blob    not null references rooms (id) on delete cascade,
    kind       text    not null,
    at         integer not null,
    user_id    blob    not null,
    name       text    not null,  -- at that time
    value      text    not null,
    subject_id blob    check (subject_id is null or length(subject_id) = 16)
) strict;
create index room_events_room_id_idx on room_events (room_id, at);

-- Bytes whose checksum was wrong: taken out of use, never thrown away.
create table damaged_bytes (
    id             integer primary key autoincrement,
    room_id        blob    not null references rooms (id) on delete cascade,
    found_at       integer not null,
    source         text    not null,  -- table
    row            integer not null,  -- its number, first_seq or seq there
    after_snapshot integer not null,  -- a newer snapshot of the room is whole again
    data           blob    not null
) strict;
create index damaged_bytes_room_id_idx on damaged_bytes (room_id);

-- Rooms made before documents were kept had their text alone. It becomes their first update here
-- and nowhere else: made twice, it would stand twice in a client's text.
insert into room_updates (room_id, writer, number, author_id, at, checksum, data)
    select id, 0, 1, null, created_at / 1000 * 1000,
           checksum(first_update(code, language)), first_update(code, language)
    from rooms order by created_at, id;
insert into room_events (id, room_id, kind, at, user_id, name, value)
    select id, id, 'created', created_at, owner_id,
           coalesce((select name from room_members
                     where room_id = rooms.id and user_id = rooms.owner_id), ''), language
    from rooms order by created_at, id;
