//! How much memory the process holds: the number that bounds what a script may take.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting what is taken and not yet given back.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Relaxed everywhere: the number is a bound for one run, not a way for threads to agree.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// Bytes that the process holds by this allocator.
pub(crate) fn held() -> u64 {
    HELD.load(Ordering::Relaxed) as u64
}

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe by its trait; each call goes to the system's as it came"
)]
// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the trait's promises.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        let place = unsafe { System.alloc(layout) };
        count(place, layout.size());
        place
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let place = unsafe { System.alloc_zeroed(layout) };
        count(place, layout.size());
        place
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let moved = unsafe { System.realloc(place, layout, size) };
        if !moved.is_null() {
            HELD.fetch_sub(layout.size(), Ordering::Relaxed);
            HELD.fetch_add(size, Ordering::Relaxed);
        }
        moved
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

fn count(place: *mut u8, size: usize) {
    if !place.is_null() {
        HELD.fetch_add(size, Ordering::Relaxed);
    }
}
