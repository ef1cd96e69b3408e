"""Checks the files of deploy/, then breaks a copy of each and expects the check to notice. Run by scripts/check-deploy."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import yaml

KUBERNETES = "1.33.1"
ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
# Values for what deploy/.env must say. Nothing is started with them.
PASSWORDS = {"POSTGRES_PASSWORD": "checked", "REDIS_PASSWORD": "checked"}
SETTING = re.compile(r"\bBIG_MARKET__[A-Z_]+")


class Wrong(Exception):
    """What a check found."""


def run(*command):
    """Runs a program, whose failure is what the check found."""
    environment = {**os.environ, **PASSWORDS}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise Wrong((done.stdout + done.stderr).strip())
    return done.stdout


def dockerfile(deploy):
    run(TOOLS / "hadolint", deploy / "Dockerfile")


def compose(deploy):
    """The file against the schema of compose files; then what Redis is told, without which units could be lost from sight."""
    text = run("docker-compose", "--file", deploy / "docker-compose.yml", "config")
    services = yaml.safe_load(text)["services"]
    redis = " ".join(services["redis"]["command"])
    for told in ("--appendonly yes", "--maxmemory-policy noeviction"):
        if told not in redis:
            raise Wrong(f"redis is not told {told}")


def manifests(deploy):
    return sorted(path for path in (deploy / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")


def kubernetes(deploy):
    """Every manifest against the schemas of Kubernetes; fields they do not name are refused."""
    run(TOOLS / "kubernetes-validate", "--strict", "--quiet", "-k", KUBERNETES, *manifests(deploy))


def kustomization(deploy):
    """The list of manifests names files that are there, and leaves out only what is tried or filled in by hand."""
    listed = set(yaml.safe_load((deploy / "kubernetes/kustomization.yaml").read_text())["resources"])
    by_hand = {"postgres.yaml", "example-secret.yaml", "secret.yaml"}
    there = {path.name for path in manifests(deploy)}
    if listed - there or there - listed - by_hand:
        raise Wrong(f"kustomization.yaml: missing files {listed - there}, unlisted files {there - listed - by_hand}")


def caddyfile(deploy):
    run("caddy", "validate", "--adapter", "caddyfile", "--config", deploy / "Caddyfile")


def settings(deploy):
    """Every setting that is named has that name in the manual: the binary refuses to start with another one."""
    manual = tomllib.loads((ROOT / "config.default.toml").read_text())
    for path in sorted(path for path in deploy.rglob("*") if path.is_file()):
        for variable in SETTING.findall(path.read_text()):
            section, _, key = variable.removeprefix("BIG_MARKET__").lower().partition("__")
            if key not in manual.get(section, {}):
                raise Wrong(f"{path.name}: {variable}: config.default.toml has no {section}.{key}")


# Each check, with how to break a copy so that it must fail: a file, what stands there, and what is put in its place.
CHECKS = [
    (dockerfile, ("Dockerfile", "USER 10001:10001", "RUN cd /tmp && sudo true")),
    (compose, ("docker-compose.yml", "    restart: unless-stopped\n", "    restarts: unless-stopped\n")),
    (compose, ("docker-compose.yml", "noeviction", "allkeys-lru")),
    (kubernetes, ("kubernetes/server.yaml", "maxReplicas:", "maxReplica:")),
    (kubernetes, ("kubernetes/worker.yaml", "readinessProbe:", "readyProbe:")),
    (kustomization, ("kubernetes/kustomization.yaml", "worker.yaml", "workers.yaml")),
    (caddyfile, ("Caddyfile", "health_uri", "health_url")),
    (settings, ("docker-compose.yml", "BIG_MARKET__STORE__SHARDS", "BIG_MARKET__STORE__SHARD")),
]


def notices(check, broken):
    """Whether the check fails on a copy that was broken."""
    name, sound, wrong = broken
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "deploy"
        shutil.copytree(ROOT / "deploy", copy)
        text = (copy / name).read_text()
        if sound not in text:
            raise Wrong(f"{name} no longer says {sound!r}: break something else in scripts/check_deploy.py")
        (copy / name).write_text(text.replace(sound, wrong))
        try:
            check(copy)
        except Wrong:
            return True
        return False


def main():
    failures = 0
    for check in dict.fromkeys(check for check, _ in CHECKS):
        try:
            check(ROOT / "deploy")
        except Wrong as wrong:
            failures += 1
            print(f"deploy: {check.__name__}: {wrong}", file=sys.stderr)
    for check, broken in CHECKS:
        try:
            noticed = notices(check, broken)
        except Wrong as wrong:
            noticed = False
            print(f"deploy: {wrong}", file=sys.stderr)
        if not noticed:
            failures += 1
            print(f"deploy: {check.__name__} does not notice {broken[2]!r} in {broken[0]}", file=sys.stderr)
    if failures == 0:
        print(f"deploy: checked in {len(set(check for check, _ in CHECKS))} ways, each seen to fail on a broken copy")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
