// A strategy in Rust, whole: long one lot while the price is above its slow average. Only the parts of the header that it needs.
use std::ffi::{c_char, c_void, CStr};

type Status = i32;
const OK: Status = 0;
const INVALID: Status = 2;

#[repr(C)]
pub struct Descriptor {
    struct_size: u32, abi_major: u32, abi_minor: u32, kind: u32,
    name: *const c_char, version: *const c_char, summary: *const c_char,
    events: u64, timer_period_ms: i64,
    parameters: *const c_void, parameter_count: u32, uses_features: u32, feature_schema_hash: [u8; 32],
    strategy: *const Strategy, model: *const c_void,
    get_extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}
#[repr(C)]
pub struct Strategy {
    struct_size: u32, reserved: u32,
    create: unsafe extern "C" fn(*const c_void, *const u32, *mut *mut c_void, *mut c_char, usize) -> Status,
    initialise: unsafe extern "C" fn(*mut c_void) -> Status,
    activate: unsafe extern "C" fn(*mut c_void) -> Status,
    process: unsafe extern "C" fn(*mut c_void, *const Context, *const Event, *mut Intent, u32, *mut u32) -> Status,
    deactivate: unsafe extern "C" fn(*mut c_void) -> Status,
    reset: unsafe extern "C" fn(*mut c_void) -> Status,
    destroy: unsafe extern "C" fn(*mut c_void),
}
#[repr(C)]
pub struct Context { struct_size: u32, flags: u32, sequence: u64, receive_ns: i64, exchange_ms: i64, position: i64 /* ... */ }
#[repr(C)]
pub struct Event { struct_size: u32, kind: u32, words: [i64; 16] }
#[repr(C)]
pub struct Intent {
    struct_size: u32, kind: u32, tag: u64, target_tag: u64, side: u32, order_type: u32, quantity: i64, price: i64,
    time_in_force: u32, flags: u32, time_in_force_ms: i64, stop_price: i64, take_profit_price: i64, time_stop_ms: i64,
    confidence: f64, edge: f64, reserved: [u64; 3],
}
unsafe impl Sync for Descriptor {}
unsafe impl Sync for Strategy {}

#[derive(Default)]
struct Own { average: f64, last_tag: u64, open_tag: u64 }

unsafe fn say(error: *mut c_char, capacity: usize, text: &CStr) {
    let bytes = text.to_bytes_with_nul();
    if capacity >= bytes.len() { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), error, bytes.len()); }
    else if capacity > 0 { *error = 0; }
}
unsafe extern "C" fn create(_: *const c_void, config: *const u32, out: *mut *mut c_void, error: *mut c_char, capacity: usize) -> Status {
    if *config < 64 { say(error, capacity, c"the configuration is shorter than this plugin needs"); return INVALID; }
    *out = Box::into_raw(Box::new(Own::default())).cast();
    OK
}
unsafe extern "C" fn accept(_: *mut c_void) -> Status { OK }
unsafe extern "C" fn reset(own: *mut c_void) -> Status { *own.cast::<Own>() = Own::default(); OK }
unsafe extern "C" fn destroy(own: *mut c_void) { drop(Box::from_raw(own.cast::<Own>())); }
unsafe extern "C" fn process(own: *mut c_void, context: *const Context, event: *const Event, intents: *mut Intent, capacity: u32, count: *mut u32) -> Status {
    let own = &mut *own.cast::<Own>();
    match (*event).kind {
        8 => { // an order update: its tag, its host's id, then state and code
            let state = (*event).words[2] as u32;
            if state >= 16 && (*event).words[0] as u64 == own.open_tag { own.open_tag = 0; }
        }
        1 => { // a trade
            let price = (*event).words[0] as f64;
            own.average += (price - own.average) / 64.0;
            let held = (*context).position;
            let wants = if price > own.average { 10 } else { 0 };
            if own.open_tag == 0 && held.clamp(0, 10) != wants && capacity > 0 {
                own.last_tag += 1;
                own.open_tag = own.last_tag;
                let intent = &mut *intents;
                (intent.kind, intent.tag, intent.order_type) = (1, own.last_tag, 1);
                intent.side = if held < wants { 1 } else { 2 };
                intent.quantity = if held < wants { wants - held } else { held };
                (intent.confidence, intent.edge) = (f64::NAN, f64::NAN);
                *count = 1;
            }
        }
        _ => {}
    }
    OK
}

static STRATEGY: Strategy = Strategy {
    struct_size: size_of::<Strategy>() as u32, reserved: 0, create, initialise: accept, activate: accept, process, deactivate: accept, reset, destroy,
};
static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: size_of::<Descriptor>() as u32, abi_major: 1, abi_minor: 0, kind: 1, name: c"Rusty".as_ptr(), version: c"0.1.0".as_ptr(),
    summary: std::ptr::null(), events: 1 << 1, timer_period_ms: 0, parameters: std::ptr::null(), parameter_count: 0, uses_features: 0,
    feature_schema_hash: [0; 32], strategy: &STRATEGY, model: std::ptr::null(), get_extension: None,
};

#[no_mangle]
pub unsafe extern "C" fn quantumedge_plugin_entry(major: u32, _minor: u32, error: *mut c_char, capacity: usize) -> *const Descriptor {
    if major == 1 { return &DESCRIPTOR; }
    say(error, capacity, c"it supports plugin ABI 1.0...1.x");
    std::ptr::null()
}
