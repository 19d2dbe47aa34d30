#pragma once

#include <chrono>
#include <cstddef>

namespace codencollab {

/// Every named bound, with the contract's defaults (section 6). Set once at start
/// (`[limits]` in codencollab.toml, CODENCOLLAB_LIMIT_<NAME>), read everywhere.
struct Limits {
    // Messages and documents. Sizes of text are UTF-16 code units.
    std::size_t message_bytes = 1 << 20;       // past it: answered too_large
    std::size_t sync_bytes = 4 << 20;          // the same for a sync step 2
    std::size_t message_bytes_hard = 8 << 20;  // past it: connection closed, 1009
    std::size_t rest_body_bytes = 64 << 10;
    std::size_t document_units = 1 << 20;
    std::size_t changes_per_event = 5'000;
    std::size_t chat_units = 4'000;
    std::size_t title_units = 200;

    // Rooms and participants.
    std::size_t room_sockets = 200;
    std::size_t chat_history = 200;
    std::size_t recent_runs = 50;
    std::size_t outbox_bytes = 8 << 20;
    std::chrono::milliseconds outbox_stall{20'000};
    std::chrono::milliseconds cursor_interval{100};
    std::chrono::milliseconds autosave{30'000};
    std::chrono::milliseconds room_idle{300'000};
    std::size_t unsaved_bytes = 512 << 20;  // of all rooms of a loop; past it nobody comes in

    // Rates.
    std::size_t joins_per_second = 10;
    std::size_t code_events_per_second = 200;
    std::size_t chats_per_second = 5;
    std::size_t runs_per_minute = 10;
    std::size_t rooms_per_hour = 120;
    std::size_t signups_per_hour = 30;
    std::size_t guests_per_hour = 30;
    std::size_t signins_per_5_minutes = 30;
    std::size_t signin_failures_per_15_minutes = 10;
    std::size_t refreshes_per_5_minutes = 150;
    std::size_t unauthenticated_sessions_per_address = 64;

    // Runs.
    std::chrono::milliseconds compile_wall{10'000};
    std::chrono::milliseconds run_wall{10'000};
    std::chrono::milliseconds run_wall_interactive{300'000};
    std::chrono::milliseconds compile_cpu{10'000};
    std::chrono::milliseconds run_cpu{3'000};
    std::size_t compile_memory_bytes = 512 << 20;
    std::size_t run_memory_bytes = 256 << 20;
    std::size_t run_processes = 64;
    std::size_t run_output_bytes = 1 << 20;
    std::size_t run_file_bytes = 64 << 20;
    std::size_t run_stdin_bytes = 1 << 20;
};

}  // namespace codencollab
