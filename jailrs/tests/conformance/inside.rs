//! What runs in a jail of FreeBSD's kernel, and what it takes on there.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, ExitCode};

use jailrs::command::Stdio;
use jailrs::{CommandExt, Entry, Errno, Jail, TcpState};
use libtest_mimic::Failed;
use rustix::fs::{AtFlags, Mode, OFlags, Timestamps};

use crate::trials::{BOUND, end, ensure, errno, start};
use crate::{Rig, Run};

pub(crate) const KERNEL: &[(&str, Run)] = &[
    ("a_console_is_a_terminal_of_its_own_inside", console),
    ("a_user_takes_on_its_class_its_groups_and_its_environment", user),
    ("a_command_has_the_cpus_and_the_forwarding_table_that_it_is_given", means),
    ("a_command_of_the_standard_library_enters_a_jail", extension),
    ("a_jail_has_the_cpus_that_it_is_given", cpus),
    ("tcp_connections_of_a_vnet_are_listed_and_dropped", connections),
    ("a_command_reads_a_file_that_is_there_and_appends_to_one", files),
    ("a_vnet_is_worked_on_where_the_kernel_keeps_no_statuses", without_statuses),
    ("a_log_of_the_host_is_written_to_and_nothing_else", log),
];

/// What this program is called with to be the one that a jail runs.
pub(crate) const TAMPER: &str = "--tamper";

/// `O_EMPTY_PATH` of fcntl.h: the file is the one of the descriptor.
const EMPTY_PATH: OFlags = OFlags::from_bits_retain(0x0200_0000);

/// Tries all that could be done with standard output, and ends with how much of it was done.
pub(crate) fn tamper() -> ExitCode {
    let (log, cwd) = (std::io::stdout(), rustix::fs::CWD);
    let now = rustix::fs::Timespec { tv_sec: 1, tv_nsec: 0 };
    let times = Timestamps { last_access: now, last_modification: now };
    let again = |path: &str, flags: OFlags| {
        let file = rustix::fs::open(path, flags, Mode::empty())?;
        rustix::fs::ftruncate(&file, 0).or_else(|_| rustix::fs::fchmod(&file, Mode::RWXU))
    };
    let done = [
        rustix::fs::fcntl_setfl(&log, OFlags::empty()),
        rustix::fs::ftruncate(&log, 0),
        rustix::fs::fchmod(&log, Mode::from_raw_mode(0o4755)),
        rustix::fs::fchown(&log, Some(rustix::fs::Uid::from_raw(65534)), None),
        rustix::fs::futimens(&log, &times),
        rustix::fs::linkat(&log, "", cwd, "/tmp/stolen", AtFlags::EMPTY_PATH),
        rustix::fs::openat(&log, "", EMPTY_PATH.union(OFlags::RDWR), Mode::empty()).map(drop),
        again("/dev/stdout", OFlags::WRONLY | OFlags::TRUNC),
        again("/dev/fd/1", OFlags::WRONLY),
        rustix::fs::fchmod(std::io::stdin(), Mode::empty()),
    ];
    // What is written elsewhere comes at the end.
    let _ = rustix::fs::seek(&log, rustix::fs::SeekFrom::Start(0));
    println!("tampered with");
    ExitCode::from(done.iter().filter(|done| done.is_ok()).count() as u8)
}

/// What is there already is put right first, and what runs inside can write in every way that programs do.
fn log(rig: &mut Rig) -> Result<(), Failed> {
    let log = rig.root().join("console.log");
    let jail = Jail::builder(rig.name("log")).create(&rig.host)?;
    std::fs::write(&log, "before\n")?;
    std::os::unix::fs::chown(&log, Some(65534), None)?;
    std::fs::set_permissions(&log, PermissionsExt::from_mode(0o4755))?;
    let script = "echo one; /bin/echo two; echo three >&2; (exec >/dev/stdout; echo four); echo five | tee /dev/fd/2; \
                  echo six | cat; printf 'seven\\n' | tr e e; basename /x/eight; echo nine >/tmp/nine; tail -1 /tmp/nine";
    let status = jail.command("/bin/sh").args(["-c", script]).log_to(&log).status_within(BOUND)?;
    ensure(status.is_some_and(|status| status.success()), "the script failed")?;
    let text = std::fs::read_to_string(&log)?;
    let expected = "before one two three four five five six seven eight nine";
    assert_eq!(text.split_ascii_whitespace().collect::<Vec<_>>().join(" "), expected);
    let status = jail.command(std::env::current_exe()?).arg(TAMPER).log_to(&log).status_within(BOUND)?;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    assert_eq!(std::fs::read_to_string(&log)?, format!("{text}tampered with\n"));
    let about = std::fs::metadata(&log)?;
    assert_eq!((about.mode() & 0o7777, about.uid()), (0o640, 0));
    let link = rig.root().join("link.log");
    std::os::unix::fs::symlink(&log, &link)?;
    assert_eq!(errno(jail.command("/usr/bin/true").log_to(&link).status()), Some(Errno::EMLINK));
    end(&jail)
}

/// Both ends of a connection are in the jail, whose processes would end with it.
fn connections(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("tcp")).vnet().create(&rig.host)?;
    ensure(jail.tcp_connections()?.is_empty(), "a new VNET has connections")?;
    for (addresses, local) in
        [("inet 127.0.0.1/8", "127.0.0.1"), ("inet6 ::1/128", "::1"), ("inet6 fe80::5/64", "fe80::5%lo0")]
    {
        start(&jail, &format!("/sbin/ifconfig lo0 {addresses} alias up"))?;
        let six = if local.contains(':') { "-6" } else { "-4" };
        start(
            &jail,
            &format!(
                "/usr/bin/nc {six} -l {local} 5555 & sleep 2; /usr/bin/nc {six} -d {local} 5555 & sleep 2"
            ),
        )?;
        let all = jail.tcp_connections()?;
        let open = all.iter().filter(|one| one.state == TcpState::ESTABLISHED);
        let ports: Vec<_> = open.map(|one| (one.local.port() == 5555, one.foreign.port() == 5555)).collect();
        ensure(ports.len() == 2 && ports.contains(&(true, false)), &format!("{local}: {all:?}"))?;
        ensure(jail.drop_tcp_connections()? > 0, &format!("{local}: none was dropped"))?;
        let open = jail.tcp_connections()?;
        let is_open = |one: &jailrs::TcpConnection| one.state == TcpState::ESTABLISHED;
        ensure(!open.iter().any(is_open), &format!("{local}: left are {open:?}"))?;
    }
    let shared = Jail::builder(rig.name("shr")).create(&rig.host)?;
    ensure(shared.tcp_connections()?.is_empty(), "a jail without a process has connections")?;
    end(&shared)?;
    end(&jail)
}

fn files(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("fil")).create(&rig.host)?;
    let dir = tempfile::tempdir()?;
    let (input, log) = (dir.path().join("input"), dir.path().join("log"));
    let copy = || {
        let cat = jail.command("/bin/cat").stdin(Stdio::Append(input.clone()));
        cat.stdout(Stdio::Append(log.clone())).status()
    };
    assert_eq!(errno(copy()), Some(Errno::ENOENT));
    ensure(!input.exists(), "an input was made")?;
    std::fs::write(&input, "line\n")?;
    ensure(copy()?.success() && copy()?.success(), "it was not copied")?;
    assert_eq!(std::fs::read_to_string(&log)?, "line\nline\n");
    end(&jail)
}

/// Runs another trial once more, with the signal ignored by which a program learns of the end of what it has started.
fn without_statuses(_rig: &mut Rig) -> Result<(), Failed> {
    let script = "trap '' CHLD; exec \"$0\" --exact kernel::an_interface_moves_in_changes_and_comes_back";
    let output = Command::new("/bin/sh").args(["-c", script]).arg(std::env::current_exe()?).output()?;
    let told = String::from_utf8_lossy(&output.stdout);
    ensure(output.status.success() && told.contains("1 passed"), &told)
}

fn console(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("tty")).hostname("tty.example").create(&rig.host)?;
    let script = "test -t 0 && test -t 1 && test -t 2 && stty -a >/dev/null && \
                  test $(hostname) = tty.example && ps -o tpgid= -p $$ | grep -q $$ && exit 4; exit 5";
    let status = jail.command("/bin/sh").args(["-c", script]).console()?;
    assert_eq!(status.code(), Some(4));
    let status = jail.command("/bin/sh").args(["-c", "kill -TERM $$"]).console()?;
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
    assert_eq!(errno(jail.command("/no/such/program").console()), Some(Errno::ENOENT));
    let status = jail.login("root")?.args(["-c", "test $HOME = /root && test -t 0 && exit 6"]).console()?;
    assert_eq!(status.code(), Some(6));
    end(&jail)
}

fn user(rig: &mut Rig) -> Result<(), Failed> {
    let root = rig.root();
    let jail = Jail::builder(rig.name("usr")).create(&rig.host)?;
    // The files are those of a root of its own, the programs those of the host's.
    std::fs::write(root.join("etc/master.passwd"), "web:*:4242:4243:web:0:0::/tmp:/bin/sh\n")?;
    std::fs::write(root.join("etc/group"), "web:*:4243:\nlogs:*:4244:web\n")?;
    let conf = "web:openfiles=123:umask=027:priority=3:setenv=STAGE=live:path=/bin /usr/bin:\n";
    std::fs::write(root.join("etc/login.conf"), conf)?;
    let other = Jail::builder(rig.name("own")).path(&root).create(&rig.host)?;
    let user = other.user("web")?;
    let class = other.class(&user)?;
    let script = "id -u; id -g; id -G; ulimit -n; umask; echo $STAGE $HOME $USER $PATH; pwd; ps -o nice= -p $$; \
                  ps -o class= -p $$";
    let output = jail.command("/bin/sh").args(["-c", script]).user(&user, &class).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words: Vec<&str> = text.lines().map(str::trim).collect();
    let expected = ["4242", "4243", "123", "0027", "live /tmp web /bin:/usr/bin", "/tmp", "3", "web"];
    // Whether its own group is among the further ones too depends on the C library.
    let groups = words.remove(2);
    ensure(groups.split(' ').any(|group| group == "4244"), "it is not in its further groups")?;
    assert_eq!(words, expected);
    ensure(other.user("nobody").is_err(), "a user that is not there was found")?;
    end(&other)?;
    end(&jail)
}

fn means(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("mns")).create(&rig.host)?;
    let first = jail.cpus()?.first().copied().ok_or("no CPU")?;
    let bound = jail.command("/bin/sh").args(["-c", "procstat -S $$"]).cpus(&[first]).output()?;
    let text = String::from_utf8_lossy(&bound.stdout).into_owned();
    assert_eq!(text.split_ascii_whitespace().last(), Some(first.to_string().as_str()), "{text}");
    let fib = jail.command("/sbin/sysctl").args(["-n", "net.my_fibnum"]).fib(0).output()?;
    assert_eq!(fib.stdout, b"0\n");
    assert_eq!(errno(jail.command("/usr/bin/true").fib(60_000).status()), Some(Errno::EINVAL));
    assert_eq!(errno(jail.command("/usr/bin/true").cpus(&[2000]).status()), Some(Errno::EINVAL));
    end(&jail)
}

fn extension(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("ext")).hostname("ext.example").create(&rig.host)?;
    let entry = Entry::default().current_dir("/tmp");
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "hostname; pwd; echo $SECRET$WANTED; test $(ps -o sid= -p $$) -eq $$ && kill -KILL $$"])
        .env("SECRET", "x");
    let output = command.enter(&jail, &entry)?.env("WANTED", "y").output()?;
    assert_eq!(output.stdout, b"ext.example\n/tmp\ny\n");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(9));
    end(&jail)?;
    let refused = command.status().map_err(|error| Errno::from_io(&error));
    ensure(matches!(refused, Err(Errno::ENOENT | Errno::EINVAL)), "it entered a jail that is gone")
}

fn cpus(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("cpu")).create(&rig.host)?;
    let all = jail.cpus()?;
    let first = *all.first().ok_or("no CPU")?;
    jail.set_cpus(&[first])?;
    assert_eq!(jail.cpus()?, [first]);
    assert_eq!(errno(jail.set_cpus(&[])), Some(Errno::EDEADLK));
    assert_eq!(errno(jail.set_cpus(&[first, 1023])), Some(Errno::EINVAL));
    jail.set_cpus(&all)?;
    end(&jail)
}
