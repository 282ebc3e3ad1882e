//! What Criterion has measured, read back from its files.

use std::fs;
use std::io;
use std::path::Path;

/// The time that one benchmark takes, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Its name, `group/question` or with a third part for the variant.
    pub name: String,
    /// The middle of what was measured.
    pub median: f64,
    /// The bounds between which the median is with a confidence of 95%.
    pub interval: (f64, f64),
    /// How many elements one run handles; 1 unless the benchmark says otherwise.
    pub elements: u64,
}

impl Estimate {
    /// Returns the time for one element, in nanoseconds.
    #[must_use]
    pub fn each(&self) -> f64 {
        self.median / self.elements.max(1) as f64
    }
}

/// Reads what Criterion left below `folder`, in the order of names.
///
/// # Errors
/// Where the folder cannot be read; files that are not Criterion's are passed over.
pub fn read(folder: &Path) -> io::Result<Vec<Estimate>> {
    let mut found = Vec::new();
    visit(folder, &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn visit(folder: &Path, found: &mut Vec<Estimate>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        if entry.file_name() == "new" {
            found.extend(estimate(&entry.path()));
        } else {
            visit(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn estimate(folder: &Path) -> Option<Estimate> {
    let parse = |file| serde_json::from_slice::<serde_json::Value>(&fs::read(folder.join(file)).ok()?).ok();
    let (benchmark, estimates) = (parse("benchmark.json")?, parse("estimates.json")?);
    let median = estimates.get("median")?;
    let bound = |name| median.get("confidence_interval")?.get(name)?.as_f64();
    Some(Estimate {
        name: benchmark.get("full_id")?.as_str()?.to_owned(),
        median: median.get("point_estimate")?.as_f64()?,
        interval: (bound("lower_bound")?, bound("upper_bound")?),
        elements: benchmark.pointer("/throughput/Elements").and_then(serde_json::Value::as_u64).unwrap_or(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_criterion_wrote_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("codec/NODEINFO/new");
        fs::create_dir_all(&new).unwrap();
        fs::write(new.join("benchmark.json"), r#"{"full_id":"codec/NODEINFO","throughput":{"Elements":10}}"#)
            .unwrap();
        let estimates = r#"{"median":{"point_estimate":50.0,"confidence_interval":{"lower_bound":49.0,"upper_bound":51.0}}}"#;
        fs::write(new.join("estimates.json"), estimates).unwrap();
        let found = read(folder.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].interval), ("codec/NODEINFO", (49.0, 51.0)));
        assert!((found[0].each() - 5.0).abs() < f64::EPSILON);
    }
}
