#include "app/doctor.h"
#include "app/limit_settings.h"
#include "app/node.h"
#include "app/places.h"
#include "app/serve.h"
#include "app/setting_sources.h"
#include "app/settings.h"
#include "app/version.h"
#include "runner/runner.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace codencollab::app {

namespace {

constexpr const char* config_file = "codencollab.toml";

int complain(const std::string& problem) {
    fmt::print(stderr, "codencollab: {}\n", problem);
    return 1;
}

/// What the command line says, before it is made into settings.
struct Flags {
    SettingValues values;
    std::string config;  // empty: codencollab.toml, if it is there
};

void add_config_flag(CLI::App& command, Flags& flags) {
    command
        .add_option(
            "--config",
            flags.config,
            "A file of settings. Default: ./codencollab.toml [CODENCOLLAB_CONFIG]")
        ->type_name("FILE");
}

void add_setting_flags(CLI::App& command, Flags& flags) {
    for (const SettingHelp& setting : setting_help()) {
        // Made here, so that a key is there only when its flag was given.
        const auto take = [&flags, key = setting.key](const std::vector<std::string>& values) {
            flags.values[key] = values;
            return true;
        };
        command
            .add_option(
                setting.flag(), take, fmt::format("{} [{}]", setting.text, setting.environment))
            ->type_name(setting.value)
            ->expected(1)
            ->multi_option_policy(
                setting.repeatable ? CLI::MultiOptionPolicy::TakeAll
                                   : CLI::MultiOptionPolicy::TakeLast);
    }
    add_config_flag(command, flags);
    command.footer(
        "A flag goes before its variable (in brackets), that before codencollab.toml, where the "
        "setting is named\nlike its flag, with underscores.\n\n" +
        limits_help());
}

/// A variable of the environment; empty if it is not set.
std::string variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no other thread yet
    return value != nullptr ? value : "";
}

std::filesystem::path config_path(const Flags& flags) {
    if (!flags.config.empty()) return flags.config;
    const std::string path = variable("CODENCOLLAB_CONFIG");
    return path.empty() ? config_file : path;
}

Result<Settings> settings_of(const Flags& flags) {
    auto environment = read_environment(environ);
    if (!environment) return std::unexpected(std::move(environment).error());
    const auto path = config_path(flags);
    auto file =
        read_config_file(path, path == config_file ? ConfigFile::optional : ConfigFile::required);
    if (!file) return std::unexpected(std::move(file).error());
    return read_settings(flags.values, *environment, *file);
}

/// A runner that this process starts reads the same limits as this process.
RunnerCommand runner_command(const Flags& flags) {
    RunnerCommand command;
    if (std::filesystem::exists(config_path(flags))) {
        command.more_arguments = {"--config", config_path(flags).string()};
    }
    return command;
}

struct RunnerFlags {
    Flags common;
    std::string listen = "127.0.0.1:2000";
    std::string runtimes;
    std::string require = "isolation";
};

void add_runner_flags(CLI::App& command, RunnerFlags& flags) {
    command.add_option("--listen", flags.listen, "Where to listen. Default: 127.0.0.1:2000")
        ->type_name("HOST:PORT");
    command.add_option("--runtimes", flags.runtimes, "The folder of the languages, a file each")
        ->type_name("DIR");
    command
        .add_option(
            "--require",
            flags.require,
            "What the host must guarantee: isolation (default), or full: exact limits as well")
        ->check(CLI::IsMember({"isolation", "full"}))
        ->type_name("LEVEL");
    add_config_flag(command, flags.common);
    command.footer(limits_help());
}

int run_runner(const RunnerFlags& flags) {
    const auto settings = settings_of(flags.common);
    if (!settings) return complain(settings.error().message);
    const auto address = parse_listen_address(flags.listen);
    if (!address) return complain(address.error().message);
    if (auto started = start_log(settings->log_level, settings->log_format); !started) {
        return complain(started.error().message);
    }
    runner::RunnerSettings runner;
    runner.listen_host = address->host;
    runner.listen_port = address->port;
    runner.runtimes_dir = flags.runtimes;
    if (flags.runtimes.empty()) runner.runtimes_dir = runtimes_dir();
    runner.limits = settings->limits;
    runner.require = flags.require == "full" ? runner::Require::full : runner::Require::isolation;
    runner.token = variable("CODENCOLLAB_RUNNER_TOKEN");
    const auto code = runner::run(std::move(runner));
    return code ? *code : complain(code.error().message);
}

int run(int argc, char** argv) {
    CLI::App program("CodenCollab: one link, one editor, one Run.", "codencollab");
    program.set_version_flag("--version", fmt::format("codencollab {}", version));
    program.require_subcommand(0, 1);

    Flags serve_flags;
    CLI::App* serve_command = program.add_subcommand("serve", "Serve the editor and its rooms");
    add_setting_flags(*serve_command, serve_flags);

    RunnerFlags runner_flags;
    CLI::App* runner_subcommand =
        program.add_subcommand("runner", "Run the sandbox service alone (Piston v2)");
    add_runner_flags(*runner_subcommand, runner_flags);

    Flags doctor_flags;
    CLI::App* doctor_command = program.add_subcommand(
        "doctor", "Check this machine and the settings of serve, and say what to mend");
    add_setting_flags(*doctor_command, doctor_flags);

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
        return complain(error.what());
    }
    if (runner_subcommand->parsed()) return run_runner(runner_flags);
    if (!serve_command->parsed() && !doctor_command->parsed()) {
        fmt::print("{}", program.help());
        return 0;
    }
    if (const auto supported = check_supported(environ); !supported) {
        return complain(supported.error().message);
    }
    const Flags& flags = serve_command->parsed() ? serve_flags : doctor_flags;
    const auto settings = settings_of(flags);
    if (!settings) return complain(settings.error().message);
    return serve_command->parsed() ? serve(*settings, runner_command(flags))
                                   : doctor(*settings, runner_command(flags));
}

}  // namespace

}  // namespace codencollab::app

int main(int argc, char** argv) {
    try {
        return codencollab::app::run(argc, argv);
    } catch (const std::exception& error) {
        // What a library threw and no adapter expected: a line for a person, never a stack trace.
        fmt::print(stderr, "codencollab: {}\n", error.what());
        return 1;
    }
}
