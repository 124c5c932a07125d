#!/bin/bash
# archive.sh OUT FOLDER NAME TAR_ARGUMENTS...: an archive of what lies in FOLDER, in it below NAME/, that has the same
# bytes wherever and by whomever it is made. SOURCE_DATE_EPOCH is every file's time.
set -euo pipefail
out=$1 folder=$2 name=$3
shift 3
tar --create --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  --mode=u=rwX,go=rX --directory="$folder" --transform="flags=rSh;s,^\(\./\)*,$name/," "$@" | gzip --no-name --best >"$out"
