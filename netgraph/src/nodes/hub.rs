//! `hub`: repeats each packet on all other hooks; see ng_hub(4).

use crate::node_type;
use crate::sys;

node_type! {
    /// Repeats each packet on all other hooks; any hook name will do. It dies with its last hook unless it was made
    /// persistent; see [ng_hub(4)](https://man.freebsd.org/ng_hub/4).
    pub Hub: "hub", cookie = sys::NGM_HUB_COOKIE;
    /// Lets the node live on without hooks. There is no way back.
    #[doc(alias = "NGM_HUB_SET_PERSISTENT")]
    SetPersistent "setpersistent" = sys::NGM_HUB_SET_PERSISTENT;
}
