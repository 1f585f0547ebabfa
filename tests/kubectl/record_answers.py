"""record_answers.py ENV TOOL: seeds the API server that ENV (of tests/kube/up.sh --with-controllers) describes, runs each
command of native_commands.txt with each kubectl of this machine and with TOOL
against it, and writes down what it answered."""
import pathlib
import sys

import equality
import replay_server
import seed


def main():
    env = dict(line.split("=", 1) for line in pathlib.Path(sys.argv[1]).read_text().splitlines())
    seed.Seed(env).run()
    binaries, commands = equality.kubectls(), equality.commands()
    with equality.working_folder() as folder:
        answers = {}
        server = replay_server.Server(folder, answers, replay_server.Upstream(env))
        runs = equality.Comparison(server, folder)
        ours = runs.run_native(sys.argv[2], [release for release, _ in binaries], commands)
        runs.run_kubectls(binaries, {key: (key[0], printed["argv"][1:]) for key, printed in ours.items() if printed["argv"]})
        server.stop()
    equality.RECORDING.parent.mkdir(parents=True, exist_ok=True)
    replay_server.save(equality.RECORDING, answers)
    print(f"record: {len(answers)} answers, {equality.RECORDING.stat().st_size} bytes")


if __name__ == "__main__":
    main()
