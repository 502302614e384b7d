package edge

import "time"

// slack is the most by which a deadline may pass late, so that not every request needs to
// arm it anew; an eighth of the time if that is less.
const slack = time.Second

// deadline is one that is noted now and armed when somebody waits: arming costs far more
// than noting, and most are moved before anybody waits.
type deadline struct {
	want, armed time.Time // zero: none
}

// arm makes set see to what is wanted, if what is armed does not do.
func (d *deadline) arm(set func(time.Time) error) error {
	at := d.want
	if !at.IsZero() {
		if late := d.armed.Sub(at); !d.armed.IsZero() && late >= 0 && late <= slack {
			return nil
		}
		at = at.Add(min(slack, max(0, time.Until(at))/8))
	} else if d.armed.IsZero() {
		return nil
	}
	d.armed = at
	return set(at)
}
