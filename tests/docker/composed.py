"""Runs the services of docker/compose.yaml without Docker: those of our own images by buildah, with the commands, volumes
and secrets that the file gives them; Redis and PostgreSQL by this machine's programs, with the options that it gives."""
import json
import os
import pathlib
import pwd
import shlex
import subprocess
import sys
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "config" / "demo")]
from stack import postgres_bin, wait_until  # noqa: E402

BUILDAH = shlex.split(os.environ["IMAGE_BUILDAH"])


def buildah(*arguments, **options):
    return subprocess.run([*BUILDAH, *map(str, arguments)], check=True, capture_output=True, text=True, **options).stdout.strip()


class Composed:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.chmod(0o755)
        self.services = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]
        self.containers = {}
        self.processes = {}
        self.secrets = self.folder / "secrets"
        self.secrets.mkdir(mode=0o700)
        for name in ("postgres_password", "worker_password"):
            self.secret(name, os.urandom(12).hex())

    def secret(self, name, text):
        file = self.secrets / name
        file.write_text(text)
        file.chmod(0o600)

    def volume(self, name):
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o777 if name.endswith("-socket") else 0o755)
        return folder

    # ---- our own images ----------------------------------------------------------------------
    def command(self, name, command=None):
        """What Docker would run for the service, as a buildah command; `command` in the place of the service's own."""
        service = self.services[name]
        if name not in self.containers:
            self.containers[name] = buildah("from", "--pull-never", f"localhost/{service['image']}")
        container = self.containers[name]
        image = json.loads(buildah("inspect", "--type", "image", service["image"]))["Docker"]["config"]
        run = command or [*image["Entrypoint"], *(service.get("command") or image["Cmd"])]
        mounts = []
        for volume in service.get("volumes", ()):
            source, target, *mode = volume.split(":")
            source = (ROOT / "docker" / source).resolve() if source.startswith(".") else self.volume(source)
            mounts += ["-v", ":".join([str(source), target, *mode])]
        for secret in service.get("secrets", ()):
            mounts += ["-v", f"{self.secrets / secret}:/run/secrets/{secret}:ro"]
        capabilities = []
        for option, names in (("--cap-drop", service.get("cap_drop", ())), ("--cap-add", service.get("cap_add", ()))):
            for capability in names:
                capabilities += [option, capability if capability == "ALL" else f"CAP_{capability}"]
        return [*BUILDAH, "run", "--isolation", "chroot", *mounts, *capabilities, container, "--", *run]

    def start(self, name):
        log = open(self.folder / f"{name}.log", "wb")
        self.processes[name] = subprocess.Popen(self.command(name), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()

    def once(self, name, command=None):
        """A service that ends by itself."""
        done = subprocess.run(self.command(name, command), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def healthy(self, name):
        """HEALTHCHECK, as the image has it."""
        test = json.loads(buildah("inspect", "--type", "image", self.services[name]["image"]))["Docker"]["config"]["Healthcheck"]["Test"]
        if test[0] != "CMD":
            raise ValueError(f"a HEALTHCHECK that is not exec form: {test}")
        return subprocess.run(self.command(name, test[1:]), capture_output=True).returncode == 0

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    # ---- the official images' part -----------------------------------------------------------
    def start_redis(self):
        folder = self.volume("redis-socket")
        command = [word.replace("/data/", f"{folder}/") for word in self.services["redis"]["command"]]
        self.processes["redis"] = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        wait_until(lambda: (folder / "redis.sock").exists(), "Redis")

    def start_postgres(self):
        cluster, socket = self.volume("postgres-data"), self.volume("postgres-socket")
        owner = pwd.getpwnam("postgres")
        password = self.folder / "pwfile"
        password.write_text((self.secrets / "postgres_password").read_text())
        for file in (cluster, password):
            os.chown(file, owner.pw_uid, owner.pw_gid)
        cluster.chmod(0o700)
        user = ["runuser", "-u", "postgres", "--"]
        options = self.services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
        subprocess.run([*user, postgres_bin() / "initdb", "-D", cluster, "-U", "postgres", "--pwfile", password, "--no-sync",
                        *options], check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.processes["postgres"] = subprocess.Popen(
            [*user, postgres_bin() / "postgres", "-D", cluster, "-k", socket, "-c", "listen_addresses="], cwd="/",
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "postgres.log", "wb"))
        ready = [postgres_bin() / "pg_isready", "-q", "-h", socket, "-U", "postgres"]
        wait_until(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL")

    def set_worker_password(self):
        """The script of compose.yaml, with this machine's psql."""
        service = self.services["worker-password"]
        script = service["command"][0].replace("$$", "$").replace("/run/secrets", str(self.secrets))
        script = script.replace("/run/postgresql", str(self.volume("postgres-socket")))
        subprocess.run([*service["entrypoint"], script], check=True)

    def stop(self, name, how, seconds=20.0):
        """The exit status of a service of nginx after the signal. This network's processes are all that is seen here."""
        masters = [int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()
                   and (entry / "cmdline").read_bytes().startswith(b"nginx: master")]
        for master in masters:
            os.kill(master, how)
        return self.processes.pop(name).wait(seconds)

    def end(self):
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + 10
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        for container in self.containers.values():
            subprocess.run([*BUILDAH, "rm", container], capture_output=True)
