//go:build cgo

package remb

import (
	"errors"
	"strings"
	"testing"
)

func TestCompatible(t *testing.T) {
	version := func(major, minor, patch int32) int32 { return major<<16 | minor<<8 | patch }
	for _, test := range []struct {
		built, loaded int32
		ok            bool
	}{
		{version(0, 1, 0), version(0, 1, 0), true},
		{version(0, 1, 0), version(0, 1, 3), true},
		{version(0, 1, 3), version(0, 1, 0), false},
		{version(0, 1, 3), version(0, 2, 0), true},
		{version(0, 2, 0), version(0, 1, 9), false},
		{version(0, 9, 0), version(1, 9, 0), false},
		{version(1, 0, 0), version(0, 9, 9), false},
		{version(1, 0, 0), version(1, 7, 2), true},
		{version(1, 7, 2), version(1, 7, 1), false},
		{version(1, 0, 0), version(2, 0, 0), false},
	} {
		err := compatible(test.built, test.loaded)
		if (err == nil) != test.ok {
			t.Errorf("%x with %x: %v", test.built, test.loaded, err)
		}
		if err != nil && !errors.Is(err, ErrVersion) {
			t.Errorf("%v is not ErrVersion", err)
		}
	}
	err := compatible(version(0, 3, 4), version(0, 1, 2))
	if s := err.Error(); !strings.Contains(s, "0.1.2") || !strings.Contains(s, "0.3.4") {
		t.Errorf("says %q", s)
	}
}

func TestLoadedLibrary(t *testing.T) {
	if loaded := loadedVersion(); loaded != builtVersion {
		t.Errorf("%s was loaded, the header is of %s", versionString(loaded), versionString(builtVersion))
	}
	if err := checkLibrary(); err != nil {
		t.Error(err)
	}
}
