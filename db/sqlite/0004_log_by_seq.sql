-- 0004 log_by_seq: the log without an index by room. With one, a commit wrote a page for each room
-- in it; without, the rows of all rooms stand at the table's end, on one page or two. Where a
-- room's rows are, the program knows from its memory (src/store/log_index), which also sees to it
-- that the same update comes in once. The price: deleting a room walks through the log.

create table room_updates_by_seq (
    seq       integer primary key autoincrement,
    room_id   blob    not null references rooms (id) on delete cascade,
    writer    integer not null,  -- one opening of the room
    number    integer not null,  -- the writer's own count
    author_id blob    check (author_id is null or length(author_id) = 16),  -- null: the room itself
    at        integer not null,  -- whole milliseconds, in microseconds as everywhere
    checksum  integer not null,
    data      blob    not null
) strict;
insert into room_updates_by_seq select * from room_updates order by seq;

-- Numbers that were given stay given.
delete from sqlite_sequence where name = 'room_updates_by_seq';
insert into sqlite_sequence (name, seq)
    select 'room_updates_by_seq', seq from sqlite_sequence where name = 'room_updates';
drop table room_updates;
alter table room_updates_by_seq rename to room_updates;
