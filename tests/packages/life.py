"""The life of the two packages on a machine with Debian's nginx: install, login, upgrade with logins running, remove,
purge. Argument: the folder of the built packages."""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from installed import KEYS, SITE, InstalledStack, service  # noqa: E402
from citizen import Citizen, log_in_to_portal  # noqa: E402
from load import Load  # noqa: E402
from stack import wait_until  # noqa: E402
from walk import check_letter  # noqa: E402

ENABLED = pathlib.Path("/etc/nginx/modules-enabled")
LINK = "99-mod-http-vneid.conf"
PACKAGES = ("libnginx-mod-http-vneid", "vneid-tools")


def expect(condition, step, found=""):
    if not condition:
        raise SystemExit(f"FAILED: {step}\n{found}")
    print(f"  ok: {step}", flush=True)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=None)
    if done.returncode:
        raise SystemExit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def apt(*arguments):
    return run("apt-get", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", *arguments)


def built(folder):
    return [next(folder.glob(f"{name}_*.deb")).resolve() for name in PACKAGES]


def earlier_version(packages, folder):
    """The same packages as a version before."""
    earlier = []
    for package in packages:
        tree = folder / package.stem
        run("dpkg-deb", "-R", package, tree)
        control = tree / "DEBIAN" / "control"
        version = re.search(r"^Version: (.*)$", control.read_text(), re.M)[1]
        control.write_text(control.read_text().replace(version, "0.0.9~test"))
        earlier.append(folder / f"{package.stem.split('_')[0]}.deb")
        run("dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, earlier[-1])
    return earlier


def check_install(packages):
    apt("install", *packages)
    run("nginx", "-t")
    loaded = re.findall(r"^load_module modules/(\w+)\.so", run("nginx", "-T"), re.M)
    expect(len(loaded) >= 3 and loaded[-1] == "ngx_http_vneid_module", "the module is loaded last of all", loaded)
    files = run("dpkg", "-L", *PACKAGES)
    for name in ("man1/vneidctl.1.gz", "man7/ngx_http_vneid_module.7.gz", "share/vneid/schema/0001_accounts.sql",
                 "system/vneid-doctor.timer", "system/vneid-audit-seal.timer",
                 "examples/portal.conf", "completions/vneidctl",
                 *(f"doc/vneid-tools/{page}.md" for page in ("directives", "doctor", "errors", "install", "operate", "portals"))):
        expect(name in files, f"there is {name}", files)


def check_completion():
    """Completion offers the commands and options that --help tells."""
    script = """source /usr/share/bash-completion/bash_completion; source /usr/share/bash-completion/completions/vneidctl
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
      _vneidctl vneidctl "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"; printf '%s\\n' "${COMPREPLY[@]}" """

    def offered(*words):
        return set(run("bash", "-c", script, "bash", "vneidctl", *words).split())
    told = run("vneidctl", "--help")
    commands = [line.split() for line in re.findall(r"^  ([a-z]+(?: [a-z]+)?)\b", told, re.M)]
    expect(len(commands) > 8 and offered("") == {words[0] for words in commands}, "completion offers every command",
           offered(""))
    for group in sorted({words[0] for words in commands if len(words) > 1}):
        expect(offered("--keys", "k", group, "") == {words[1] for words in commands if words[0] == group and words[1:]},
               f"completion offers every verb of {group}", offered(group, ""))
    expect(offered("--") == set(re.findall(r"--[a-z][a-z-]*", told)), "completion offers every option", offered("--"))


def check_upgrade(stack, packages):
    """With logins running, and one that began before."""
    waiting = stack.scenarios["happy2"]
    people = [who for who in stack.crowd if who["kind"] == "personal" and who["expect"] != "refuse_closed"]
    before = Citizen()
    held = log_in_to_portal(before, stack.url, waiting["username"], waiting["password"])
    old_workers = set(stack.worker_pids())
    with Load(stack.url, people) as load:
        wait_until(lambda: load.logins >= 20 or load.lost, "logins run before the upgrade", 60)
        told = apt("install", *packages)
        done = load.logins
        wait_until(lambda: load.logins >= done + 20 or load.lost, "logins run after the upgrade", 60)
    expect(not load.lost, f"{load.requests} requests, {load.logins} whole logins ({load.notices} with the notice) "
           f"over the upgrade, requests lost: {len(load.lost)}", load.lost[:5])
    wait_until(lambda: not old_workers & set(stack.worker_pids()), "the old workers go", 30)
    modules = stack.modules_of_workers()
    expect(modules and not any("deleted" in name for name in modules), "the workers run the new module",
           f"{modules}\n{told}")
    page = before.submit("Bỏ qua", held)
    expect(page.url.endswith("/trang-chu"), "a login that began before the upgrade ends after it", page)


def check_removal(stack, packages):
    told = apt("remove", "libnginx-mod-http-vneid")
    expect("still names vneid" in told, "removal says that nginx.conf still names vneid", told)
    expect(Citizen().get(stack.url + "/dang-nhap").status == 200, "nginx goes on as it was")
    expect(not (ENABLED / LINK).is_symlink(), "the module is not loaded any more")
    apt("install", *packages)
    expect((ENABLED / LINK).is_symlink(), "installed again it is loaded again")
    SITE.unlink()
    told = apt("purge", *PACKAGES)
    expect("Kept:" in told and "/etc/nginx/vneid" in told, "purge says what is kept", told)
    expect((KEYS / "keys").exists() and (KEYS / "client_secret").exists(), "keys and secrets are kept")
    expect(int(stack.sql("select count(*) from link")) > 0, "the database is kept")
    left = run("find", "/etc/nginx", "/usr/lib/nginx", "/usr/share/nginx", "/usr/share/vneid" if
               pathlib.Path("/usr/share/vneid").exists() else "/etc/nginx", "-name", "*vneid*", "-not", "-path", "/etc/nginx/vneid")
    expect(not left, "nothing else is left", left)
    run("nginx", "-t")
    service("restart")


def main():
    packages = built(pathlib.Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        check_install(earlier_version(packages, pathlib.Path(folder)))
    check_completion()
    with InstalledStack() as stack:
        check_letter(stack)
        check_upgrade(stack, packages)
        check_letter_again = log_in_to_portal(Citizen(), stack.url, stack.scenarios["happy"]["username"],
                                              stack.scenarios["happy"]["password"])
        expect(check_letter_again.url.endswith("/trang-chu"), "the link made before the upgrade still holds",
               check_letter_again)
        bad = stack.bad_log_lines()
        check_removal(stack, packages)
        expect(not bad, "nothing bad stands in error.log", "\n".join(bad))
    print("packages: passed")


main()
