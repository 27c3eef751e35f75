/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The splitter on a stream that is already open, for readers that look at the first bytes. */
#ifndef RA_READ_SPLIT_STREAM_H
#define RA_READ_SPLIT_STREAM_H

#include "read/ra_split.h"
#include "read/ra_stream.h"

/* Takes the stream over, also when it fails: the caller must not close it. `stream` is at the
 * file's first byte behind a byte order mark. */
ra_status ra_splitter_take(ra_stream stream, const ra_reader_options *options, bool grouped,
                           ra_splitter **out, ra_error *error) RA_MUST_CHECK;

#endif
