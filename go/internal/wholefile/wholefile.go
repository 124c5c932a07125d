// Package wholefile writes files that appear whole or not at all.
package wholefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write has write fill a file. Everything goes to a temporary file beside it, NAME.PID.tmp, which gets the name once it is
// on the disk: whatever ends the program, the name has what it had before or all of the new file. After an error nothing
// is left behind; a signal or a power cut may leave the temporary file. A link stays one: what it points to is replaced.
// Permissions stay too.
// What is not a plain file (/dev/stdout, a pipe) is written directly.
func Write(path string, write func(io.Writer) error) (err error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return writeDirectly(path, write)
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}

	temporary := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	file, err := os.Create(temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary)
		}
	}()
	if info != nil {
		err = file.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = write(file)
	}
	// Without Sync a power cut could leave the new name with none of the data.
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = os.Rename(temporary, path); err != nil {
		return err
	}
	// Not every file system syncs folders. Without it the file is whole all the same: the old or the new one.
	if folder, openErr := os.Open(filepath.Dir(path)); openErr == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

func writeDirectly(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
