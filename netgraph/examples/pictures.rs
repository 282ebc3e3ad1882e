//! Draws the pictures of `docs/pictures`: `cargo run -p netgraph --example pictures -- docs/pictures`.
//!
//! The graphs are made on a simulated kernel, as vimage makes them. Without a folder, it tells how large they are.

#[path = "pictures/scenes.rs"]
mod scenes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1);
    for (name, svg) in scenes::all()? {
        match &folder {
            Some(folder) => std::fs::write(std::path::Path::new(folder).join(name), svg)?,
            None => println!("{name}: {} bytes", svg.len()),
        }
    }
    Ok(())
}
