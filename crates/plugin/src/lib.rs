//! A guest made of a WASM component (design section 7).
