# bench-profile-1024: the same as bench-profile, of a step of one window of 1,024 ids.
load 'plots/bench-profile.gp'
