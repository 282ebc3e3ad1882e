//! The rulesets of devfs by name, as devfs.rules(5) numbers them.

use std::collections::BTreeMap;

use crate::config::Ruleset;

/// Where rulesets are named; the later file wins.
const FILES: [&str; 2] = ["/etc/defaults/devfs.rules", "/etc/devfs.rules"];
/// The rules for jails with a network stack of their own, since FreeBSD 13.
const VNET: &str = "devfsrules_jail_vnet";
/// `devfsrules_jail`, everywhere.
const JAIL: u16 = 4;

/// The rulesets that a host knows by name.
#[derive(Debug, Clone, Default)]
pub struct Rules(BTreeMap<String, u16>);

impl Rules {
    /// Reads those of this machine (`real`), or takes those of FreeBSD 15.
    #[must_use]
    pub fn read(real: bool) -> Self {
        if !real {
            return Self([("devfsrules_jail".into(), JAIL), (VNET.into(), 5)].into());
        }
        let mut rules = Self::default();
        for file in FILES {
            rules.add(&std::fs::read_to_string(file).unwrap_or_default());
        }
        rules
    }

    /// Adds the headings `[name=number]` of a file.
    fn add(&mut self, text: &str) {
        let headings =
            text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']')?.split_once('='));
        for (name, number) in headings {
            if let Ok(number) = number.trim().parse() {
                self.0.insert(name.trim().into(), number);
            }
        }
    }

    /// Returns the number of a ruleset.
    ///
    /// # Errors
    /// Says that a name is not known.
    pub fn number(&self, ruleset: &Ruleset) -> Result<u16, String> {
        match ruleset {
            Ruleset::Number(number) => Ok(*number),
            Ruleset::Default => Ok(self.0.get(VNET).copied().unwrap_or(JAIL)),
            Ruleset::Named(name) => self
                .0
                .get(name)
                .copied()
                .ok_or_else(|| format!("there is no devfs ruleset {name} in {}", FILES.join(" or "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rulesets_are_found_by_name() {
        let mut rules = Rules::default();
        assert_eq!(rules.number(&Ruleset::Default), Ok(4));
        rules.add("# x\n[devfsrules_jail_vnet=5]\nadd path 'bpf*' unhide\n[mine=11]\n[broken]\n[bad=x]\n");
        assert_eq!(rules.number(&Ruleset::Default), Ok(5));
        assert_eq!(rules.number(&Ruleset::Named("mine".into())), Ok(11));
        assert!(rules.number(&Ruleset::Named("none".into())).is_err());
    }
}
