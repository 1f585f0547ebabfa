#include "config/command_line.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace kubesage {
namespace {

using action = command_line::action;

// CLI11 keeps references to these until the parse has run.
struct captured {
  std::vector<std::string> values = std::vector<std::string>(option_table().size());
  std::string config_file;
};

std::string help_of(const option& row) {
  std::string text{row.help};
  if (!row.unit.empty())
    text.append(" [").append(row.unit).append("]");
  return text;
}

void add_settings(CLI::App& app, captured& into) {
  app.add_option("--config", into.config_file, "Settings file (YAML).");
  for (std::size_t i = 0; i < option_table().size(); ++i) {
    const auto& row = option_table()[i];
    if (row.is_secret())
      continue;
    const auto flag = "--" + std::string{row.key};
    if (row.is_switch())
      app.add_flag(flag, into.values[i], help_of(row));
    else
      app.add_option(flag, into.values[i], help_of(row));
  }
}

// What CLI11 has seen, in the table's order; a flag that was not given is no value at all.
void take_settings(const CLI::App& app, const captured& from, load_input& into) {
  for (std::size_t i = 0; i < option_table().size(); ++i) {
    const auto& row = option_table()[i];
    const auto* flag = app.get_option_no_throw("--" + std::string{row.key});
    if (flag != nullptr && flag->count() > 0)
      into.flags.emplace_back(row.key, from.values[i]);
  }
  if (!from.config_file.empty())
    into.file = from.config_file;
}

void add_analyze(CLI::App& app, analyze_flags& into) {
  app.add_option("--kubeconfig", into.kubeconfig,
                 "The kubeconfig; by default $KUBECONFIG, else ~/.kube/config.");
  app.add_option("--context", into.context, "Its context; by default the current one.");
  app.add_option("-n,--namespace", into.kube_namespace, "Looks at one namespace; by default all.");
  app.add_option("--resource-types", into.resource_types,
                 "What to look at, comma-separated: pods, deployments, ..., or all.")
      ->delimiter(',');
  app.add_option("--severity", into.severity,
                 "What to show, comma-separated: critical, high, medium, low, info, or all; by "
                 "default the first three.")
      ->delimiter(',');
  app.add_option("-o,--output", into.output, "table, json (as the API answers) or k8sgpt.")
      ->check(CLI::IsMember({"table", "json", "k8sgpt"}));
  app.add_option("--fail-on", into.fail_on,
                 "Ends with 3 when a finding is of this severity or a worse one.");
  app.add_option("--timeout", into.timeout_seconds, "Time for reading the cluster. [s]")
      ->check(CLI::Range(1U, 3'600U));
  app.add_option("--now", into.now,
                 "Judges as of this time, 2026-11-23T05:12:00.000Z, instead of the clock's.");
  app.footer("Exit codes: 0 analyzed, 1 the cluster failed, 2 wrong usage or kubeconfig, 3 "
             "--fail-on matched.");
}

/// The commands for the store of a server that is stopped.
struct store_commands {
  CLI::App* backup;
  CLI::App* restore;
  CLI::App* recover;
};

store_commands add_store_commands(CLI::App& app, captured& seen, backup_flags& into) {
  auto* backup = app.add_subcommand("backup", "Copies the store of a stopped server, verified.");
  auto* to = backup->add_option("--to", into.to, "The new folder for the backup.");
  auto* verify =
      backup->add_option("--verify", into.verify, "Only reads a backup and compares digests.");
  to->excludes(verify);
  add_settings(*backup, seen);
  auto* restore = app.add_subcommand("restore", "Makes a data directory from a backup.");
  restore->add_option("--from", into.from, "The backup's folder.")->required();
  add_settings(*restore, seen);
  auto* recover =
      app.add_subcommand("recover", "Says whether the store has all that was acknowledged.");
  recover->add_flag("--accept-loss", into.accept_loss,
                    "Has the store start again without what is missing.");
  add_settings(*recover, seen);
  return {backup, restore, recover};
}

CLI::Option* add_data_directory(CLI::App& app, audit_flags& into) {
  return app
      .add_option("--data-dir", into.data_directory, "The data directory of a stopped server.")
      ->required();
}

void add_audit_verify(CLI::App& app, audit_flags& into) {
  add_data_directory(app, into);
  app.add_option("--checkpoint-file", into.checkpoint_file,
                 "The file of audit.checkpoint-file, to compare with.");
  app.add_option("--key", into.public_key,
                 "The public key as `audit key` printed it once; by default the store's own.");
  app.add_option("--user", into.user, "Looks at one user; by default at all.")
      ->check(CLI::Range(std::int64_t{1}, (std::int64_t{1} << 53) - 1));
  app.footer("Exit codes: 0 verified, 1 something is wrong, 2 wrong usage, 69 not readable.");
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const auto* known : app.get_options())
    flags.push_back(known->get_name());
  return flags;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

const CLI::App& innermost(const CLI::App& app) {
  const auto used = app.get_subcommands();
  return used.empty() ? app : innermost(*used.front());
}

bool is_secret_flag(std::string_view flag) {
  const auto* row =
      find_option(flag.substr(0, flag.find('=')).substr(std::min<std::size_t>(2, flag.size())));
  return row != nullptr && row->is_secret();
}

// One sentence about an argument that nothing took. A value may be a misplaced secret, so only what
// looks like a flag or a command is repeated, without what follows a `=`.
std::string complaint(const CLI::App& where, const std::string& stray) {
  const auto word = stray.substr(0, stray.find('='));
  if (is_secret_flag(word))
    return word + ": secrets come from the environment or a file, never from flags";
  if (word.starts_with("-"))
    return "unknown flag " + word + "; did you mean " + nearest(word, flags_of(where)) + "?";
  const auto commands = commands_of(where);
  if (commands.empty())
    return "'" + where.get_name() + "' takes no arguments besides flags";
  return "unknown command " + word + "; did you mean " + nearest(word, commands) + "?";
}

// CLI11 takes `--key=` for a missing value, but `--key` with an empty argument for an empty one. It
// wants the arguments last first.
std::vector<std::string> arguments_of(int argc, const char* const* argv) {
  std::vector<std::string> all;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    const bool has_empty_value = argument.starts_with("--") && argument.ends_with('=');
    if (has_empty_value)
      argument.pop_back();
    all.push_back(std::move(argument));
    if (has_empty_value)
      all.emplace_back();
  }
  std::reverse(all.begin(), all.end());
  return all;
}

command_line stop(int code) {
  command_line result;
  result.exit_code = code;
  return result;
}

command_line wrong_usage(const std::string& what) {
  std::cerr << "kubesage: " << what << "\nTry 'kubesage --help'.\n";
  return stop(exit_usage);
}

} // namespace

command_line parse_command_line(int argc, const char* const* argv) try {
  CLI::App app{"KubeSage: onboards Kubernetes clusters and tells what happens to them.",
               "kubesage"};
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string{KUBESAGE_VERSION}, "The same as the command.");
  command_line result;
  captured seen;

  auto* serve = app.add_subcommand("serve", "Runs the server.");
  add_settings(*serve, seen);
  auto* demo =
      app.add_subcommand("demo", "Shows the main job with a NATS server and a cluster of its own.");
  demo->add_flag("--once", result.demo_once, "Ends after the story instead of serving on.");
  demo->add_option("--port", result.demo_port, "Port of the API; 0 picks a free one.");
  demo->add_option("--nats-server", result.demo_nats_server, "The nats-server to start.");
  auto* keys = app.add_subcommand("keys", "Looks after the keys of the store.");
  keys->require_subcommand(0, 1);
  auto* init = keys->add_subcommand("init", "Makes a master key; never overwrites one.");
  init->add_option("--file", result.key_file, "Where to; by default data.master-key-file.");
  init->add_option("--config", seen.config_file, "Settings file (YAML).");
  auto* status = keys->add_subcommand("status", "Shows the keys, and how far a rotation is.");
  auto* rotate = keys->add_subcommand(
      "rotate",
      "Makes a new key-encryption key and wraps every seed by it, while the server runs.");
  auto* change_root = keys->add_subcommand(
      "change-root", "Wraps the key-encryption keys by a new master key, while the server runs.");
  auto* new_file =
      change_root->add_option("--new-file", result.keys.new_file, "File with the new master key.");
  auto* to_vault = change_root->add_flag("--vault", result.keys.is_to_vault,
                                         "To the vault of the server's settings instead.");
  new_file->excludes(to_vault);
  auto* destroy =
      keys->add_subcommand("destroy", "Destroys a retired key-encryption key that no seed names.");
  destroy->add_option("--key", result.keys.key, "Its number, as status shows it.")->required();
  destroy->add_flag("--force", result.keys.is_forced, "Even though backups may still need it.");
  for (auto* sub : {status, rotate, change_root, destroy})
    add_settings(*sub, seen);
  auto* version = app.add_subcommand("version", "Prints the version.");
  auto* config = app.add_subcommand("config", "Looks at the settings.");
  config->require_subcommand(0, 1);
  auto* print =
      config->add_subcommand("print", "Prints the settings in force and where they come from.");
  add_settings(*print, seen);
  auto* doctor = app.add_subcommand(
      "doctor", "Says what this machine can do, and what is missing for the rest.");
  add_settings(*doctor, seen);
  auto* analyze = app.add_subcommand(
      "analyze", "Finds what is wrong in a cluster and says how to mend it, without a server.");
  add_analyze(*analyze, result.analyze);
  const auto store = add_store_commands(app, seen, result.backup);
  auto* audit = app.add_subcommand("audit", "Looks at the record of a stopped server.");
  audit->require_subcommand(0, 1);
  auto* audit_verify = audit->add_subcommand(
      "verify", "Checks that no event was changed, removed or moved since it was written.");
  add_audit_verify(*audit_verify, result.audit);
  auto* audit_key =
      audit->add_subcommand("key", "Prints the public key that checkpoints are signed by.");
  add_data_directory(*audit_key, result.audit);
  for (auto* sub :
       {&app,         serve,         demo,          keys,   init,         status,   rotate,
        change_root,  destroy,       version,       config, print,        doctor,   analyze,
        store.backup, store.restore, store.recover, audit,  audit_verify, audit_key})
    sub->allow_extras();

  try {
    app.parse(arguments_of(argc, argv));
  } catch (const CLI::CallForHelp&) {
    std::cout << innermost(app).help();
    return stop(0);
  } catch (const CLI::CallForVersion&) {
    result.what = action::version;
    return result;
  } catch (const CLI::ParseError& fault) {
    // "Could not convert: --port = …": what follows is the user's value.
    const std::string text = fault.what();
    return wrong_usage(text.substr(0, text.find(" = ")));
  }
  const auto& where = innermost(app);
  if (const auto stray = app.remaining(true); !stray.empty())
    return wrong_usage(complaint(where, stray.front()));
  if (const auto commands = commands_of(where); !commands.empty()) {
    std::cerr << where.help();
    return stop(exit_usage);
  }
  if (&where == store.backup && result.backup.to.empty() && result.backup.verify.empty())
    return wrong_usage("backup needs --to or --verify");
  if (&where == change_root && new_file->count() + to_vault->count() == 0)
    return wrong_usage("change-root needs --new-file or --vault");
  result.input.environment = process_environment();
  result.what = &where == serve  ? action::serve
                : &where == demo ? action::demo
                : &where == init ? action::keys_init
                : &where == status || &where == rotate || &where == change_root || &where == destroy
                    ? action::keys
                : &where == print         ? action::config_print
                : &where == doctor        ? action::doctor
                : &where == analyze       ? action::analyze
                : &where == store.backup  ? action::backup
                : &where == store.restore ? action::restore
                : &where == store.recover ? action::recover
                : &where == audit_verify  ? action::audit_verify
                : &where == audit_key     ? action::audit_key
                                          : action::version;
  result.keys.what = &where == rotate        ? keys_flags::action::rotate
                     : &where == change_root ? keys_flags::action::change_root
                     : &where == destroy     ? keys_flags::action::destroy
                                             : keys_flags::action::status;
  take_settings(where, seen, result.input);
  return result;
} catch (const std::exception& fault) {
  return wrong_usage(fault.what());
}

} // namespace kubesage
