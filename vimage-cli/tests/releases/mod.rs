//! Small releases of FreeBSD in a folder of their own, made with the system's tar(1) and cksum(1).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::{program, stderr};

/// A shelf of releases, a simulated machine to hold them against, and room for a root.
pub(crate) struct Shelf {
    folder: TempDir,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let shelf = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(shelf.repo()).unwrap();
        let made = shelf.vimage().args(["sim", "init"]).output().unwrap();
        assert!(made.status.success(), "{}", stderr(&made));
        shelf.script("mtree", &format!("printf '%s\\n' \"$*\" >> {}", shelf.path("mtree.log").display()));
        shelf
    }

    /// A path in the folder, whose own path has no symbolic link in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    pub(crate) fn repo(&self) -> PathBuf {
        self.path("repos")
    }

    /// The root that is built.
    pub(crate) fn dir(&self) -> PathBuf {
        self.path("jail/vj1")
    }

    /// What is where the root is to be, by name.
    pub(crate) fn around(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.dir().parent().unwrap()) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Puts a script in the folder; one that is called `tar` or `mtree` is used in the place of the system's.
    pub(crate) fn script(&self, name: &str, text: &str) {
        let path = self.path(name);
        // Never written while it may be run.
        let new = self.path(&format!("{name}.new"));
        fs::write(&new, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&new, PermissionsExt::from_mode(0o755)).unwrap();
        fs::rename(new, path).unwrap();
    }

    pub(crate) fn vimage(&self) -> Command {
        let mut command = program();
        command.arg("--host").arg(format!("sim:{}", self.path("m.json").display()));
        for (name, variable) in [("tar", "VIMAGE_TAR"), ("mtree", "VIMAGE_MTREE")] {
            let path = self.path(name);
            if path.exists() {
                command.env(variable, path);
            }
        }
        command
    }

    /// `vimage build` with these arguments, `DIR` among them standing for the root.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.vimage();
        command.arg("build").arg("--repo").arg(self.repo());
        for arg in args {
            match *arg {
                "DIR" => command.arg(self.dir()),
                arg => command.arg(arg),
            };
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        self.shown(&output.stdout)
    }

    pub(crate) fn fails(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        self.shown(&output.stderr).trim_end().to_string()
    }

    /// A text with the places of this folder replaced by names.
    pub(crate) fn shown(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text).into_owned();
        [(self.dir(), "DIR"), (self.repo(), "REPOS"), (self.path("").components().collect(), "FOLDER")]
            .iter()
            .fold(text, |text, (path, name)| text.replace(path.to_str().unwrap(), name))
    }

    pub(crate) fn assert_root(&self, release: &str) {
        let told = fs::read_to_string(self.dir().join("bin/freebsd-version")).unwrap();
        assert_eq!(told, format!("#!/bin/sh\nUSERLAND_VERSION=\"{release}\"\n"));
        let mode = |path: &str| fs::metadata(self.dir().join(path)).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode(""), mode("bin/sh"), mode("tmp")), (0o755, 0o4555, 0o1777));
        assert!(!self.dir().join(".vimage-build").exists());
    }

    /// Makes a release of today's form: base, kernel, lib32 and src.
    pub(crate) fn modern(&self, name: &str) {
        let release = self.repo().join(name);
        fs::create_dir_all(&release).unwrap();
        let mut manifest = String::new();
        for (set, on) in [("base", "on"), ("kernel", "on"), ("lib32", "on"), ("src", "off")] {
            let file = release.join(format!("{set}.txz"));
            self.archive(set, name, "-J", &file);
            let sum: String =
                Sha256::digest(fs::read(&file).unwrap()).iter().fold(String::new(), |mut sum, byte| {
                    write!(sum, "{byte:02x}").unwrap();
                    sum
                });
            writeln!(manifest, "{set}.txz\t{sum}\t7\t{set}\t\"The set {set}\"\t{on}").unwrap();
        }
        fs::write(release.join("MANIFEST"), manifest).unwrap();
    }

    /// Makes a release of the article's form: base in pieces, doc, and the kernel of generic.
    pub(crate) fn old(&self, name: &str) {
        let release = self.repo().join(name);
        for (folder, set) in [("base", "base"), ("doc", "doc"), ("kernels", "generic")] {
            let folder = release.join(folder);
            fs::create_dir_all(&folder).unwrap();
            let whole = folder.join("whole");
            self.archive(set, Path::new(name).file_name().unwrap().to_str().unwrap(), "-z", &whole);
            let bytes = fs::read(&whole).unwrap();
            fs::remove_file(&whole).unwrap();
            // Three pieces or so, of base alone.
            let length = if set == "base" { bytes.len() / 3 + 1 } else { bytes.len() };
            let mut inf = format!("Pieces =  {}\n", bytes.chunks(length).count());
            for (suffix, piece) in ["aa", "ab", "ac"].iter().zip(bytes.chunks(length)) {
                let file = folder.join(format!("{set}.{suffix}"));
                fs::write(&file, piece).unwrap();
                let told = Command::new("cksum").arg(&file).output().unwrap().stdout;
                let told = String::from_utf8(told).unwrap();
                let numbers: Vec<&str> = told.split_ascii_whitespace().take(2).collect();
                writeln!(inf, "cksum.{suffix} = {}", numbers.join(" ")).unwrap();
            }
            fs::write(folder.join(format!("{set}.inf")), inf).unwrap();
            fs::write(folder.join("install.sh"), "#!/bin/sh\n").unwrap();
        }
        fs::write(release.join("base/base.mtree"), "#mtree\n").unwrap();
    }

    /// Packs a set, compressed by this option of tar(1).
    fn archive(&self, set: &str, release: &str, compression: &str, file: &Path) {
        let tree = tempfile::tempdir_in(self.folder.path()).unwrap();
        let put = |path: &str, text: &str, mode: u32| {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        };
        match set {
            "base" => {
                put("bin/sh", "the shell", 0o4555);
                put("etc/rc", "#!/bin/sh\n", 0o755);
                put("etc/mtree/BSD.usr.dist", "#mtree\n", 0o644);
                let version = format!("#!/bin/sh\nUSERLAND_VERSION=\"{release}\"\n");
                put("bin/freebsd-version", &version, 0o555);
                // What cannot be made smaller, and more than fits into a small file system.
                put("usr/share/noise", &noise(200_000), 0o444);
                for (name, mode) in [("dev", 0o555), ("tmp", 0o1777)] {
                    fs::create_dir(tree.path().join(name)).unwrap();
                    fs::set_permissions(tree.path().join(name), PermissionsExt::from_mode(mode)).unwrap();
                }
            }
            "doc" => put("usr/share/doc/papers", "doc", 0o444),
            "kernel" | "generic" => put("boot/kernel/kernel", "kernel", 0o555),
            "lib32" => put("usr/lib32/libc.so.7", "lib32", 0o444),
            other => put(&format!("usr/{other}/README"), other, 0o444),
        }
        fs::set_permissions(tree.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let mut packed = Command::new("tar");
        packed.arg("-c").arg(compression).arg("-f").arg(file).arg("-C").arg(tree.path()).arg(".");
        assert!(packed.status().unwrap().success());
    }
}

/// Text that does not repeat itself, the same each time.
fn noise(length: usize) -> String {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let letters = (0..length).map(|_| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        char::from(b'!' + (seed % 90) as u8)
    });
    letters.collect()
}
