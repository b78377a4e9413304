# 18-generation-speed: tokens per second against the position of the token, with the key-value cache and
# without. Both axes are logarithmic: without the cache, the work for one more token grows with the
# position. Columns: position, with_the_cache, without.
load 'plots/style.gp'

lines_x = 'position'
lines_y = 'with_the_cache without'
xname = 'position (tokens)'
yname = 'tokens per second'
logx = 1
logy = 1
load 'plots/lines.gp'
