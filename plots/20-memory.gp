# 20-memory: what a training step of a GPT-2 has alive at most against the number of layers: with every
# gradient kept, with gradient buffers used again, and with activations made again, one result kept for
# every root of L blocks or for every block. In each label the exponent of the power law from 8 layers
# on. Columns: layers, gradients_kept, activations_kept, every_root, every_block (megabytes).
load 'plots/style.gp'
slope_names = 'gradients_kept activations_kept every_root every_block'
slope_letter = 'L'
slope_from = 8
load 'plots/slope.gp'

lines_x = 'layers'
lines_y = slope_names
lines_labels = 'all_kept'.slopes[1].' activations'.slopes[2].' every_root'.slopes[3].' every_block'.slopes[4]
xname = 'layers L'
yname = 'memory (MB)'
logx = 1
logy = 1
load 'plots/lines.gp'
