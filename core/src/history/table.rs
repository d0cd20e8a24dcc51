//! A hash table from keys to codes that touches one line of the cache per look-up.

use super::intern::MISSING;

/// Open addressing with linear probing, at most five eighths full. Keys are small and copied into the slots.
#[derive(Debug)]
pub(super) struct Table<K> {
    /// Key and code; the code `MISSING` marks a free slot.
    slots: Vec<(K, u32)>,
    len: usize,
    /// How far to shift a hash to the right to get a slot.
    shift: u32,
}

impl<K: Copy + Default> Default for Table<K> {
    fn default() -> Self {
        Self { slots: Vec::new(), len: 0, shift: 64 }
    }
}

impl<K: Copy + Default> Table<K> {
    /// The code of the entry under `hash` for which `same` holds; else `code`, after entering it with `key`.
    #[inline]
    pub(super) fn code(
        &mut self,
        key: K,
        hash: u64,
        code: u32,
        same: impl Fn(K, u32) -> bool,
        hash_of: impl Fn(K) -> u64,
    ) -> u32 {
        if self.len * 8 >= self.slots.len() * 5 {
            self.grow(hash_of);
        }
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize & mask;
        loop {
            let (other, found) = self.slots[place];
            if found == MISSING {
                self.slots[place] = (key, code);
                self.len += 1;
                return code;
            }
            if same(other, found) {
                return found;
            }
            place = (place + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self, hash_of: impl Fn(K) -> u64) {
        let size = (self.slots.len() * 2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![(K::default(), MISSING); size]);
        self.shift = 64 - size.trailing_zeros();
        let mask = size - 1;
        for (key, code) in old.into_iter().filter(|s| s.1 != MISSING) {
            let mut place = (hash_of(key) >> self.shift) as usize & mask;
            while self.slots[place].1 != MISSING {
                place = (place + 1) & mask;
            }
            self.slots[place] = (key, code);
        }
    }
}
