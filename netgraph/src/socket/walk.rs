//! Paths that are too long for an address.

use super::Socket;
use crate::error::{Errno, Error, Result};
use crate::message::Message;
use crate::name::NodeId;
use crate::nodes::generic;
use crate::path::{ADDRESS_MAX, Path};

impl Socket {
    /// Walks a path that is too long for an address, hook by hook, to a node number; `None` where it is short enough.
    pub(super) fn addressable(&self, path: &Path) -> Result<Option<Path>> {
        if path.fits_address() {
            return Ok(None);
        }
        path.check_length()?;
        let (node, hooks) = path.split()?;
        let mut at = match node {
            // `name:` of 31 characters does not fit an address either: look it up.
            Some(name) if name.len() > ADDRESS_MAX - 1 => self.look_up(name, path)?.into(),
            Some(name) => Path::raw(&[name, b":"].concat()),
            None => Path::own(),
        };
        for hook in hooks {
            let links = self.call(&at, &generic::ListHooks)?;
            let link = links.iter().find(|link| link.hook.as_bytes() == hook);
            let link = link.ok_or_else(|| Error::Rejected {
                command: <generic::ListHooks as Message>::COMMAND,
                path: path.clone(),
                errno: Errno::ENOENT,
            })?;
            at = link.peer.path();
        }
        Ok(Some(at))
    }

    fn look_up(&self, name: &[u8], path: &Path) -> Result<NodeId> {
        let names = self.call(&Path::own(), &generic::ListNames)?;
        let found = names.iter().find(|node| node.name.as_bytes() == name);
        found.map(|node| node.id).ok_or_else(|| Error::Rejected {
            command: <generic::ListNames as Message>::COMMAND,
            path: path.clone(),
            errno: Errno::ENOENT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::HookName;
    use crate::nodes::hub::Hub;
    use crate::path::{PATH_MAX, PathError};
    use crate::sim::SimKernel;

    /// A socket whose hook with a name of 31 bytes leads to a hub.
    fn with_a_hub() -> (Socket, HookName) {
        let socket = Socket::open(&SimKernel::new(), None).unwrap();
        let hook = "h".repeat(31).parse().unwrap();
        socket.make_peer::<Hub>(hook, "any".parse().unwrap()).unwrap();
        (socket, hook)
    }

    #[test]
    fn a_path_that_is_too_long_is_refused_before_its_beginning_is_taken_for_it() {
        let (socket, hook) = with_a_hub();
        let mut path = Path::own_hook(hook);
        while path.as_bytes().len() <= PATH_MAX {
            path = path.hook("any".parse().unwrap()).hook(hook);
        }
        let too_long = Err(PathError::TooLong(path.as_bytes().len()));
        let refused = |result: Result<()>| match result {
            Err(Error::Path(error)) => Err(error),
            _ => Ok(()),
        };
        assert_eq!(refused(socket.info(&path).map(drop)), too_long);
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        assert_eq!(refused(socket.connect(&Path::own(), &path, a, b)), too_long);
    }

    #[test]
    fn a_hook_of_more_than_31_bytes_is_not_the_one_that_it_begins_with() {
        let (socket, hook) = with_a_hub();
        let info = |path: String| socket.info(&path.parse().unwrap());
        assert_eq!(info(format!(".:{hook}")).unwrap().type_name, "hub");
        assert_eq!(info(format!(".:{hook}h")).unwrap_err().errno(), Some(Errno::ENOENT));
    }
}
