# 20-memory-length: what attention has alive at most, forward and backward, against the length of the
# text: composed of one operation after another, and as one operation. In each label the exponent of the
# power law from 256 on. Columns: length, composed, fused (megabytes).
load 'plots/style.gp'
slope_names = 'composed fused'
slope_letter = 'T'
slope_from = 256
load 'plots/slope.gp'

lines_x = 'length'
lines_y = slope_names
lines_labels = 'composed'.slopes[1].' fused'.slopes[2]
xname = 'length of the text T'
yname = 'memory (MB)'
logx = 1
logy = 1
load 'plots/lines.gp'
